-- What grants cannot say. Those on inserts and on updates of streams are for a marten-writer, and made only with one: an append by a function of the owner, who
-- is the current user there, does not run them, but it evaluates their condition for each row. A trigger that is there as it should be is left alone, because
-- making one waits for appends. The first one names the roles, for `ledger migrate apply`.
do $ledger_triggers$
declare
    t record;
begin
    for t in
        select g.tgname as name, c.relname as relation
        from pg_catalog.pg_trigger as g
        join pg_catalog.pg_class as c on c.oid = g.tgrelid
        where {marten_writer_text} is null
          and c.oid in (to_regclass(quote_ident({events_text}) || '.mt_events'), to_regclass(quote_ident({events_text}) || '.mt_streams'))
          and g.tgname in ('tr_mt_events_appended', 'tr_mt_streams_moved')
    loop
        execute format('drop trigger %I on %I.%I', t.name, {events_text}, t.relation);
    end loop;

    for t in
        select d.name, d.relation, d.text, 'made by ledger roles, ' || md5(d.text) as mark
        from (
            select v.name,
                   v.relation,
                   replace(v.text, '''owner of the tables''', quote_literal(pg_get_userbyid(c.relowner))) as text
            from (values
                ('tr_mt_events_guarded', 'mt_events', $trigger$
                    create trigger tr_mt_events_guarded
                    after delete or update of seq_id, id, stream_id, version, data, bdata, type, "timestamp", tenant_id, mt_dotnet_type, correlation_id, causation_id, headers
                    on {events}.mt_events
                    for each row when (current_user <> 'owner of the tables')
                    execute function {ledger}.guard_event_v1({operator_text}, {reader_text}, {auditor_text}, {writer_text}, {marten_writer_argument})
                $trigger$),
                ('tr_mt_events_kept', 'mt_events', $trigger$
                    create trigger tr_mt_events_kept before truncate on {events}.mt_events
                    for each statement execute function {ledger}.guard_event_v1({operator_text})
                $trigger$),
                ('tr_mt_events_appended', 'mt_events', $trigger$
                    create constraint trigger tr_mt_events_appended after insert on {events}.mt_events
                    deferrable initially deferred
                    for each row when (current_user <> 'owner of the tables')
                    execute function {ledger}.guard_append_v1()
                $trigger$),
                ('tr_mt_streams_guarded', 'mt_streams', $trigger$
                    create trigger tr_mt_streams_guarded after delete on {events}.mt_streams
                    for each row when (current_user <> 'owner of the tables')
                    execute function {ledger}.guard_event_v1({operator_text})
                $trigger$),
                ('tr_mt_streams_kept', 'mt_streams', $trigger$
                    create trigger tr_mt_streams_kept before truncate on {events}.mt_streams
                    for each statement execute function {ledger}.guard_event_v1({operator_text})
                $trigger$),
                ('tr_mt_streams_moved', 'mt_streams', $trigger$
                    create constraint trigger tr_mt_streams_moved after insert or update on {events}.mt_streams
                    deferrable initially deferred
                    for each row when (current_user <> 'owner of the tables')
                    execute function {ledger}.guard_stream_v1({operator_text})
                $trigger$)) as v (name, relation, text)
            join pg_catalog.pg_class as c on c.oid = to_regclass(quote_ident({events_text}) || '.' || v.relation)) as d
        where ({marten_writer_text} is not null or d.name not in ('tr_mt_events_appended', 'tr_mt_streams_moved'))
          and not exists (
              select
              from pg_catalog.pg_trigger as g
              where g.tgrelid = to_regclass(quote_ident({events_text}) || '.' || d.relation)
                and g.tgname = d.name
                and g.tgenabled = 'O'
                and obj_description(g.oid, 'pg_trigger') = 'made by ledger roles, ' || md5(d.text))
    loop
        execute format('drop trigger if exists %I on %I.%I', t.name, {events_text}, t.relation);
        execute t.text;
        execute format('comment on trigger %I on %I.%I is %L', t.name, {events_text}, t.relation, t.mark);
    end loop;
end
$ledger_triggers$;
