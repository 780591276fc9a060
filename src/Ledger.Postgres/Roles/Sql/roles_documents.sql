-- The tables of documents, Marten's and those of projections, and Marten's tags: the present tables. For later ones, run this again.
do $ledger_documents$
declare
    roles constant text := (select string_agg(quote_ident(n.name), ', ') from unnest(array[{names}]) as n (name));
    writer text;
    t record;
begin
    for t in
        select format('%I.%I', n.nspname, c.relname) as name, starts_with(c.relname, 'mt_doc_') as is_document
        from pg_catalog.pg_class as c
        join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
        where n.nspname = {events_text}
          and c.relkind in ('r', 'p')
          and starts_with(c.relname, 'mt_')
          and c.relname <> all (array[{relations}])
        order by c.relname
    loop
        execute format('revoke all on %s from public, %s', t.name, roles);
        execute format('grant select on %s to %I', t.name, {reader_text});
        writer := case when t.is_document then {writer_text} else {marten_writer_text} end;
        if writer is not null then
            execute format('grant insert, update, delete on %s to %I', t.name, writer);
        end if;
    end loop;
end
$ledger_documents$;
