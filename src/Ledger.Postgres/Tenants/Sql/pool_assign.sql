-- Assigns a tenant to a database, also one that was switched off or in another: $1 the tenant, $2 the database.
insert into {events}.mt_tenant_assignments as a (tenant_id, database_id)
values ($1, $2)
on conflict (tenant_id) do update
    set database_id = excluded.database_id,
        assigned_at = now(),
        disabled = false
