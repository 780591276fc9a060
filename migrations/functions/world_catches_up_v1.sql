-- Whether this role may write missing rows of worlds without rights to the tables: where roles were made, world_catch_up_v2 runs with the rights of its owner.
-- Result: whether it may.
create or replace function {ledger}.world_catches_up_v1()
returns boolean
language sql
stable
as $function$
    select exists (
        select
        from pg_catalog.pg_proc as p
        where p.oid = to_regprocedure(quote_ident({ledger_text}) || '.world_catch_up_v2(text, bigint)')
          and p.prosecdef
          and has_function_privilege(p.oid, 'execute'))
$function$;
