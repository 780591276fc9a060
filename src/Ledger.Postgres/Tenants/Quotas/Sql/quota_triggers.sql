-- Makes the triggers that count, where there is a quota, unless they are there. They are those of all tenants of a schema.
do $quota$
declare
    t record;
begin
    for t in
        select v.name, v.relation, v.text
        from (values
            ('tr_mt_events_counted', 'mt_events', $trigger$
                create trigger tr_mt_events_counted after insert on {events}.mt_events
                referencing new table as added
                for each statement execute function {ledger}.count_quota_v1()
            $trigger$),
            ('tr_mt_events_uncounted', 'mt_events', $trigger$
                create trigger tr_mt_events_uncounted after delete on {events}.mt_events
                referencing old table as removed
                for each statement execute function {ledger}.count_quota_v1()
            $trigger$),
            ('tr_mt_events_recounted', 'mt_events', $trigger$
                create trigger tr_mt_events_recounted after update on {events}.mt_events
                referencing old table as removed new table as added
                for each statement execute function {ledger}.count_quota_v1()
            $trigger$),
            ('tr_mt_streams_counted', 'mt_streams', $trigger$
                create trigger tr_mt_streams_counted after insert on {events}.mt_streams
                for each row when (starts_with(new.id, 'run:') and new.is_archived is not true)
                execute function {ledger}.count_run_v1()
            $trigger$),
            ('tr_mt_streams_uncounted', 'mt_streams', $trigger$
                create trigger tr_mt_streams_uncounted after delete on {events}.mt_streams
                for each row when (starts_with(old.id, 'run:') and old.is_archived is not true)
                execute function {ledger}.count_run_v1()
            $trigger$),
            ('tr_mt_streams_recounted', 'mt_streams', $trigger$
                create trigger tr_mt_streams_recounted after update of is_archived on {events}.mt_streams
                for each row when (starts_with(new.id, 'run:') and (new.is_archived is true) <> (old.is_archived is true))
                execute function {ledger}.count_run_v1()
            $trigger$)) as v (name, relation, text)
        where exists (select from {ledger}.quota)
          and not exists (
            select
            from pg_catalog.pg_trigger as g
            where g.tgrelid = to_regclass(quote_ident({events_text}) || '.' || v.relation)
              and g.tgname = v.name)
    loop
        execute t.text;
    end loop;

    -- Who appends needs no right to what counts.
    for t in
        select p.oid::regprocedure::text as name
        from pg_catalog.pg_proc as p
        where p.pronamespace = to_regnamespace(quote_ident({ledger_text}))
          and p.proname in ('count_quota_v1', 'count_run_v1')
          and not p.prosecdef
          and exists (select from {ledger}.quota)
    loop
        execute format('alter function %s security definer set search_path = pg_catalog, pg_temp', t.name);
    end loop;
end
$quota$
