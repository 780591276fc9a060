-- Takes events out of the index of the search: the triggers tr_mt_events_reworded, tr_mt_events_unindexed and tr_mt_events_emptied. The keys of an event that is
-- rewritten are removed at once, and its entry stays until the daemon writes the new ones. No lock is taken but those of the entries: a page that is being indexed
-- from events as they were writes its entry first, and is waited for, or finds this one and leaves it. In REPEATABLE READ an entry that was written since the
-- snapshot is an error of serialization.
-- Result: null, which a trigger after the row or statement ignores.
create or replace function {ledger}.unindex_search_v1()
returns trigger
language plpgsql
set enable_seqscan = off
as $function$
declare
    reached bigint;
begin
    case tg_op
        when 'UPDATE' then
            insert into {ledger}.search_entry as s (seq, keys)
            values (old.seq_id, null)
            on conflict ({tenant_key}seq) do update set keys = null;
        when 'DELETE' then
            delete from {ledger}.search_entry as s where s.seq in (select g.seq_id from gone as g);
            select p.last_seq_id into reached from {events}.mt_event_progression as p where p.name = 'ledger:search:All' and p.last_seq_id > 0;

            -- These may be in a page that is being indexed. Such an entry is dropped when it is looked at.
            insert into {ledger}.search_entry as s (seq, keys)
            select g.seq_id, null
            from gone as g
            where g.seq_id > reached
            order by g.seq_id
            on conflict ({tenant_key}seq) do update set keys = null;
        else
            perform {ledger}.clear_search_v1();
    end case;
    return null;
end
$function$;
