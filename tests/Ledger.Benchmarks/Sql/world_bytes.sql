-- The bytes of the rows of worlds with their indexes, and those of the log with its own.
select (select sum(pg_total_relation_size(t::regclass))
        from unnest('{ledger.world_object,ledger.world_object_past,ledger.world_relation,ledger.world_relation_past,ledger.world_head}'::text[]) as t)::bigint,
       pg_total_relation_size('ledger.mt_events')
