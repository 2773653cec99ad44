"""The API: GraphQL over HTTP and in process. It translates and keeps limits; it holds no rule, no query and no default of its own."""
