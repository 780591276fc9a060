-- Whose log a schema has, and what the session is. $1 event schema, $2 own schema, $3 role of the connection. One row: whether the tables of events are there, whether
-- they have the logs of many tenants, the role of the session if row-level security does not hold for it, the tenant of the session, its process, whether every session
-- of that role begins with that tenant.
select exists (
           select
           from pg_catalog.pg_class as c
           join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
           where n.nspname = $1
             and c.relname = 'mt_events'),
       exists (
           select
           from pg_catalog.pg_class as c
           join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
           where n.nspname = $2
             and c.relname = 'tenant_seed'),
       (select r.rolname::text
        from pg_catalog.pg_roles as r
        where r.rolname in (current_user, session_user)
          and (r.rolsuper or r.rolbypassrls)
        order by r.rolname
        limit 1),
       nullif(current_setting('ledger.tenant', true), ''),
       pg_catalog.pg_backend_pid(),
       exists (
           select
           from pg_catalog.pg_db_role_setting as s
           join pg_catalog.pg_roles as r on r.oid = s.setrole
           left join pg_catalog.pg_database as d on d.oid = s.setdatabase
           where r.rolname = session_user
             and r.rolname = $3
             and (d.datname is null or d.datname = current_database())
             and 'ledger.tenant=' || current_setting('ledger.tenant', true) = any (s.setconfig))
