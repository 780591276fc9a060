-- The table of tenants as Marten makes it for MultiTenantedDatabasesWithMasterDatabaseTable, if it is missing.
create schema if not exists {events};
create table if not exists {events}.mt_tenant_databases (
    tenant_id varchar not null,
    connection_string varchar not null,
    disabled boolean not null default false,
    constraint pkey_mt_tenant_databases_tenant_id primary key (tenant_id)
)
