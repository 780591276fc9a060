-- Takes over a schema that has the migrations before 0001_tables, and records 0001_tables in their place. Any other schema is left alone. The text
-- brings the tables to the current ones; the functions that their triggers call come first.
do $ledger_adopt$
declare
    reached {ledger}.migration;
begin
    perform pg_advisory_xact_lock(hashtextextended('ledger migrate', 0));
    if not exists (select from {ledger}.migration as m where m.number = 1 and m.name = '{old}') then
        return;
    end if;

    select m.* into reached from {ledger}.migration as m order by m.number desc limit 1;
    if reached.number < {first} then
        raise exception 'Schema ''%'' ends with migration ''%'', and this version of Ledger takes over schemas from ''{first_name}'' on: run ''ledger migrate apply'' of the previous version first.',
            {ledger_text}, to_char(reached.number, 'FM0000') || '_' || reached.name;
    end if;

    perform set_config('check_function_bodies', 'off', true);
    execute $ledger_text$
{functions}
{text}
$ledger_text$;
    delete from {ledger}.migration;
    insert into {ledger}.migration (number, name, checksum, applied_at, applied_by)
    values ({number}, '{name}', '{checksum}', clock_timestamp(), '{version}');
end
$ledger_adopt$;
