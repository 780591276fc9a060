-- The tables of databases and of the tenants in them, as Marten makes them for MultiTenantedWithShardedDatabases, if they are missing.
create schema if not exists {events};
create table if not exists {events}.mt_database_pool (
    database_id varchar not null,
    connection_string varchar not null,
    is_full boolean not null default false,
    tenant_count integer not null default 0,
    constraint pkey_mt_database_pool_database_id primary key (database_id)
);
create table if not exists {events}.mt_tenant_assignments (
    tenant_id varchar not null,
    database_id varchar not null,
    assigned_at timestamptz not null default now(),
    disabled boolean not null default false,
    constraint pkey_mt_tenant_assignments_tenant_id primary key (tenant_id),
    constraint fk_tenant_assignment_database foreign key (database_id) references {events}.mt_database_pool (database_id)
)
