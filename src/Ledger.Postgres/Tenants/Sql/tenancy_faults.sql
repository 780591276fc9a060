-- What would show a session of a schema of many tenants the rows of others. One row each: the object, its owner where that is the fault, otherwise null.
-- A view or a function of another owner runs as that one; a divided table without its policy alone shows more. Only where the tables are divided.
with own as (
    select c.relowner as owner, r.rolsuper or r.rolbypassrls as is_free
    from pg_catalog.pg_class as c
    join pg_catalog.pg_roles as r on r.oid = c.relowner
    where c.oid = to_regclass(quote_ident({events_text}) || '.mt_events')),
relation as (
    select c.oid, c.relkind, c.relowner, c.relrowsecurity and c.relforcerowsecurity as is_forced, format('%I.%I', n.nspname, c.relname) as name,
           exists (
               select
               from pg_catalog.pg_attribute as a
               join pg_catalog.pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
               where a.attrelid = c.oid
                 and a.attname = 'tenant_id'
                 and pg_get_expr(d.adbin, d.adrelid) ~ 'ledger\.tenant') as is_divided
    from pg_catalog.pg_class as c
    join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
    where n.nspname in ({events_text}, {ledger_text})
      and c.relkind in ('r', 'p', 'v', 'm')
      and not exists (select from pg_catalog.pg_depend as e where e.classid = 'pg_catalog.pg_class'::regclass and e.objid = c.oid and e.deptype = 'e'))
select r.name, r.relowner::regrole::text
from relation as r
cross join own as o
where (r.is_divided or r.relkind in ('v', 'm'))
  and (r.relowner <> o.owner or o.is_free)
union all
select p.oid::regprocedure::text, p.proowner::regrole::text
from pg_catalog.pg_proc as p
join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
cross join own as o
where n.nspname in ({events_text}, {ledger_text})
  and p.prosecdef
  and (p.proowner <> o.owner or o.is_free)
  and not exists (select from pg_catalog.pg_depend as e where e.classid = 'pg_catalog.pg_proc'::regclass and e.objid = p.oid and e.deptype = 'e')
union all
select r.name, null
from relation as r
cross join own as o
where (r.is_divided or r.oid in (to_regclass(quote_ident({events_text}) || '.mt_streams'), to_regclass(quote_ident({events_text}) || '.mt_events')))
  and (not r.is_forced
      or exists (
          select
          from pg_catalog.pg_policy as y
          where y.polrelid = r.oid
            and y.polpermissive
            and not (y.polname in ('tenant_own', 'marten_tenant_isolation')
                and coalesce(pg_get_expr(y.polqual, y.polrelid), '') ~ '^\(\(tenant_id\)::text = (NULLIF\(current_setting\(''ledger\.tenant''::text, true\), ''''::text\)|\( SELECT current_setting\(''ledger\.tenant''::text\) AS current_setting\))\)$')
            -- What Marten's daemon sees, by a role that the owner and its functions do not have.
            and not (y.polname = 'tenant_all'
                and coalesce(pg_get_expr(y.polqual, y.polrelid), '') ~ '^\(NULLIF\(current_setting\(''ledger\.tenant''::text, true\), ''''::text\) IS NULL\)$'
                and not exists (
                    select
                    from unnest(y.polroles) as g (role)
                    where g.role = 0
                       or pg_has_role(o.owner, g.role, 'usage')))))
order by 1
