-- Makes the server notice that the other side of this session is gone, so that the lock of a shard does not outlive its daemon, and end a transaction of one that is silent.
select set_config('idle_in_transaction_session_timeout', '10s', false),
       set_config('jit', 'off', false),
       set_config('tcp_keepalives_idle', '1', false),
       set_config('tcp_keepalives_interval', '1', false),
       set_config('tcp_keepalives_count', '3', false)
