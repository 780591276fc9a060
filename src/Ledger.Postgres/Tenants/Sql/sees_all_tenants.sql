-- What a connection for all tenants is. One row: whether the schema has the logs of many, whether row-level security does not hold for its role, whether it sees the events of
-- all tenants by a policy, and its tenant, which it should not have.
select to_regclass(quote_ident({ledger_text}) || '.tenant_seed') is not null,
       (select r.rolsuper or r.rolbypassrls from pg_catalog.pg_roles as r where r.rolname = current_user),
       exists (
           select
           from pg_catalog.pg_policy as y
           where y.polrelid = to_regclass(quote_ident({events_text}) || '.mt_events')
             and y.polname = 'tenant_all'
             and exists (select from unnest(y.polroles) as g (role) where g.role <> 0 and pg_has_role(current_user, g.role, 'usage'))),
       nullif(current_setting('ledger.tenant', true), '')
