"""Questions of the command line beyond the first ones: one module each, registered with `ask`."""
