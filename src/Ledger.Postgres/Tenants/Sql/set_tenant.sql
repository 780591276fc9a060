-- Assigns a database to a tenant: $1 the name, $2 the connection string.
insert into {events}.mt_tenant_databases (tenant_id, connection_string, disabled)
values ($1, $2, false)
on conflict (tenant_id) do update
    set connection_string = excluded.connection_string,
        disabled = false
