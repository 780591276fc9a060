-- Which process of the server does the work here: behind a pooler none that the client was told of. And whether the server is a standby.
select pg_backend_pid(),
       pg_is_in_recovery()
