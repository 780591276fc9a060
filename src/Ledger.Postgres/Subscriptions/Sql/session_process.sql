-- Which process of the server does the work here: behind a pooler none that the client was told of.
select pg_backend_pid()
