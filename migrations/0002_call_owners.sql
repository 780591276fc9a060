-- The callers whose calls take long, and when each was last heard of: others wait for a call as long as its caller is.

create table {ledger}.call_owner (
    owner varchar not null,
    seen_at timestamptz not null,
    constraint pk_call_owner primary key (owner)
);
