-- Drops the functions that this or an older program applied and that this one does not have any more. Only recorded ones: never a user's.
-- A schema with migrations that it does not know is left alone.
do $ledger_functions$
declare
    gone {ledger}.schema_function;
begin
    perform pg_advisory_xact_lock(hashtextextended('ledger migrate', 0));
    if exists (select from {ledger}.migration as m where m.number > {last}) then
        return;
    end if;

    for gone in
        delete from {ledger}.schema_function as f
        where f.name <> all (array[{names}]::text[])
          and string_to_array(f.applied_by, '.')::integer[] <= string_to_array('{version}', '.')::integer[]
        returning f.*
    loop
        execute format('drop routine if exists %I.%I(%s)', {ledger_text}, gone.name, gone.arguments);
    end loop;
end
$ledger_functions$;
