-- The database that this session is in, and its encoding.
select current_database(),
       current_setting('server_encoding')
