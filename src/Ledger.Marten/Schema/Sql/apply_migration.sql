-- Migration {number}, applied and recorded unless the database has it. The functions that its triggers call come first.
do $ledger_migration$
begin
    perform pg_advisory_xact_lock(hashtextextended('ledger migrate', 0));
    if not exists (select from {ledger}.migration where number = {number}) then
        perform set_config('check_function_bodies', 'off', true);
        execute $ledger_text$
{functions}
{text}
$ledger_text$;
        insert into {ledger}.migration (number, name, checksum, applied_at, applied_by)
        values ({number}, '{name}', '{checksum}', clock_timestamp(), '{version}');
    end if;
end
$ledger_migration$;
