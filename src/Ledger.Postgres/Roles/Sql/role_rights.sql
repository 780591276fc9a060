-- The rights that roles other than the owner have on what is Ledger's or Marten's in two schemas. {relations} and {routines} are its names. A row for each right:
-- the role, the right, with a column where it is of one, the kind of the object, its schema and its name.
with owner as (
    select c.relowner as id
    from pg_catalog.pg_class as c
    where c.relnamespace = to_regnamespace(quote_ident({events_text}))
      and c.relname = 'mt_events'
),
grants as (
    select a.grantee,
           lower(a.privilege_type) as privilege,
           null::name as part,
           case when c.relkind = 'S' then 'sequence' when c.relkind in ('v', 'm') then 'view' else 'table' end as kind,
           n.nspname,
           c.relname as name
    from pg_catalog.pg_class as c
    join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
    cross join lateral aclexplode(c.relacl) as a
    where c.relkind in ('r', 'p', 'v', 'm', 'S', 'f')
      and a.grantee <> c.relowner
      and (c.relname = any (array[{relations}]) or starts_with(c.relname, 'mt_'))
    union all
    select a.grantee, lower(a.privilege_type), t.attname, 'table', n.nspname, c.relname
    from pg_catalog.pg_attribute as t
    join pg_catalog.pg_class as c on c.oid = t.attrelid
    join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
    cross join lateral aclexplode(t.attacl) as a
    where t.attacl is not null
      and a.grantee <> c.relowner
      and (c.relname = any (array[{relations}]) or starts_with(c.relname, 'mt_'))
    union all
    select a.grantee, lower(a.privilege_type), null, 'function', n.nspname, p.proname
    from pg_catalog.pg_proc as p
    join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
    cross join lateral aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as a
    where format('%s(%s)', p.proname, oidvectortypes(p.proargtypes)) = any (array[{routines}])
      and n.nspname = {ledger_text}
      and a.grantee <> p.proowner
    union all
    select a.grantee, lower(a.privilege_type), null, 'schema', n.nspname, n.nspname
    from pg_catalog.pg_namespace as n
    cross join lateral aclexplode(n.nspacl) as a
    where a.grantee <> n.nspowner
)
select distinct
    case g.grantee when 0 then 'public' else pg_get_userbyid(g.grantee) end,
    g.privilege || coalesce(' (' || g.part || ')', ''),
    g.kind,
    g.nspname::text,
    g.name::text
from grants as g
where g.nspname in ({events_text}, {ledger_text})
  and g.grantee <> (select o.id from owner as o)
order by 1, 4, 5, 2
