-- Makes the catalog functions of this transaction qualify every name, and returns the server's quoting of two names.
-- $1 event schema, $2 own schema. One row: both as quoted identifiers.
select
    quote_ident($1) as events,
    quote_ident($2) as ledger,
    set_config('search_path', '', true);
