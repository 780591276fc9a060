-- The server process of this session; through a pooler it is not the one that the client was told. And whether the server is a standby.
select pg_backend_pid(),
       pg_is_in_recovery()
