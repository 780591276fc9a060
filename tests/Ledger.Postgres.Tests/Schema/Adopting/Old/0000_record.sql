-- The schemas and the table that recorded migrations, as the migrator made them for the migrations in this folder.
create schema if not exists {events};

create schema if not exists {ledger};

create table {ledger}.migration (
    number int not null,
    name text not null,
    checksum text not null,
    applied_at timestamptz not null,
    applied_by text not null,
    constraint pk_migration primary key (number),
    constraint uq_migration_name unique (name),
    constraint ck_migration_number check (number > 0),
    constraint ck_migration_checksum check (checksum ~ '^[0-9a-f]{64}$')
);
