-- Makes the server end this session, which is the node's alone, when its other side is silent or gone.
-- https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-IDLE-SESSION-TIMEOUT
select set_config('idle_session_timeout', '4s', false),
       -- The mark need not be on disk at once.
       set_config('synchronous_commit', 'off', false),
       -- A plan that was made while the log was empty would stay for the whole session. A sequence is still scanned, at an estimated cost that would make the
       -- server compile the statement.
       set_config('enable_seqscan', 'off', false),
       set_config('jit', 'off', false),
       set_config('tcp_keepalives_idle', '1', false),
       set_config('tcp_keepalives_interval', '1', false),
       set_config('tcp_keepalives_count', '3', false)
