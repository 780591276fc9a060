-- Takes events out of the index of the search: the triggers tr_mt_events_reworded, tr_mt_events_unindexed and tr_mt_events_emptied. The keys of an event that is
-- rewritten are removed at once, and its row stays until the daemon writes the new ones. The lock waits for a page that is being indexed from events as they were.
-- Result: null, which a trigger after the row or statement ignores.
create or replace function {ledger}.unindex_search_v1()
returns trigger
language plpgsql
set enable_seqscan = off
as $function$
begin
    perform pg_advisory_xact_lock({ledger}.projection_key_v1('ledger:search'));
    case tg_op
        when 'UPDATE' then
            update {ledger}.search_entry as s set keys = null where s.seq = old.seq_id;
        when 'DELETE' then
            delete from {ledger}.search_entry as s where s.seq in (select g.seq_id from gone as g);
        else
            perform {ledger}.clear_search_v1();
    end case;
    return null;
end
$function$;
