-- Locks a record store for the transaction, and creates its stream if it does not exist.
--   p_stream  the store's stream
-- Result: the version of the stream, and the row of chrono_head; zeros and an empty hash if there is no such row.
create or replace function {ledger}.chrono_lock_v1(p_stream text, out stream_version bigint, out version bigint, out seq bigint, out hash text, out archived_to bigint)
language plpgsql
volatile
set enable_seqscan = off
as $function$
begin
    loop
        select coalesce(t.version, 0) into stream_version from {events}.mt_streams as t where t.id = p_stream for no key update;
        exit when found;
        insert into {events}.mt_streams as t (id, version, "timestamp", created, tenant_id, is_archived)
        values (p_stream, 0, clock_timestamp(), clock_timestamp(), {tenant}, false)
        on conflict do nothing;
    end loop;

    select h.version, h.seq, h.hash, h.archived_to into version, seq, hash, archived_to
    from {ledger}.chrono_head as h
    where h.stream = p_stream;
    version := coalesce(version, 0);
    seq := coalesce(seq, 0);
    hash := coalesce(hash, '');
    archived_to := coalesce(archived_to, 0);
end
$function$;
