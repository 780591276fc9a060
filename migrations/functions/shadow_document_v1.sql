-- Makes, swaps in or drops the new table of a rebuild of documents, as create_shadow_v1 and swap_shadow_v1 do for any table. Where roles were made the operator
-- calls it, and it runs with the rights of the owner: so it takes nothing but a table of a projection's documents.
--   p_table  the table's name, quoted where needed
--   p_step   create, swap or drop
-- Result: none. Refused with LG030 for any other table.
create or replace function {ledger}.shadow_document_v1(p_table text, p_step text)
returns void
language plpgsql
volatile
as $function$
declare
    name text;
begin
    select c.relname
    into name
    from pg_catalog.pg_class as c
    join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
    where c.oid = to_regclass(p_table)
      and c.relkind = 'r'
      and n.nspname = {events_text}
      and starts_with(c.relname, 'mt_doc_')
      and c.relname not in ('mt_doc_ledger_world', 'mt_doc_deadletterevent');
    if not found then
        raise exception '% is not a table of a projection''s documents. Nothing was changed', p_table using errcode = 'LG030';
    end if;

    case p_step
        when 'create' then
            perform {ledger}.create_shadow_v1(format('%I.%I', {events_text}, name));
        when 'swap' then
            perform {ledger}.swap_shadow_v1(format('%I.%I', {events_text}, name));
        when 'drop' then
            execute format('drop table if exists %I.%I', {events_text}, left(name, 55) || '_rebuild');
    end case;
end
$function$;
