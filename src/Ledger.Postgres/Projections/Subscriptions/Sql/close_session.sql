-- Takes back what open_session and a node have done to a session.
select pg_advisory_unlock_all();
unlisten *;
reset idle_session_timeout;
reset synchronous_commit;
reset enable_seqscan;
reset jit;
reset tcp_keepalives_idle;
reset tcp_keepalives_interval;
reset tcp_keepalives_count
