-- In scripts and in Marten's migrations, before the first one: refuses to go on where an application writes streams whose names are Ledger's own from a pending migration on.
do $reserved$
declare
    found text;
begin
    if exists (select from {ledger}.migration as m where m.name = 'forgetting')
        or to_regclass(quote_ident({events_text}) || '.mt_streams') is null
        or to_regclass(quote_ident({events_text}) || '.mt_events') is null then
        return;
    end if;

    select min(t.id) into found
    from {events}.mt_streams as t
    where (starts_with(t.id, 'masked:') or starts_with(t.id, 'retention:'))
      and t.is_archived is not true
      and exists (select from {events}.mt_events as e where e.stream_id = t.id and e.type not in ('event.masked', 'retention.removed', 'retention.restored'));
    if found is not null then
        raise exception 'Nothing was applied: the application has events in ''%'', and from migration ''0008_forgetting'' on no program but Ledger can append to streams masked:… and retention:…. Copy what goes on to a stream of another name, archive these streams, and apply again', found
            using errcode = 'LG032';
    end if;
end
$reserved$;
