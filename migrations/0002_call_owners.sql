-- The processes that make calls, and when each was last heard of: callers elsewhere wait for a call as long as its process is alive.

create table {ledger}.call_owner (
    owner varchar not null,
    seen_at timestamptz not null,
    constraint pk_call_owner primary key (owner)
);
