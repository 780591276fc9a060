-- The two schemas, and the tables that record migrations and functions. Done again it changes nothing; only what is missing needs a privilege.
do $prepare$
begin
    if to_regnamespace(quote_ident({events_text})) is null then
        create schema {events};
    end if;
    if to_regnamespace(quote_ident({ledger_text})) is null then
        create schema {ledger};
    end if;
    if to_regclass(quote_ident({ledger_text}) || '.migration') is null then
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
    end if;
    if to_regclass(quote_ident({ledger_text}) || '.schema_function') is null then
        create table {ledger}.schema_function (
            name text not null,
            checksum text not null,
            signature text not null,
            arguments text not null,
            applied_at timestamptz not null,
            applied_by text not null,
            constraint pk_schema_function primary key (name),
            constraint ck_schema_function_checksum check (checksum ~ '^[0-9a-f]{64}$'),
            constraint ck_schema_function_signature check (signature ~ '^[0-9a-f]{64}$')
        );

        -- Every role can read the functions' texts in the catalogs; so a node whose role may read the table of migrations needs no further grant.
        grant select on {ledger}.schema_function to public;
    end if;
end
$prepare$;
