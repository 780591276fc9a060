-- No role may create anything in the schemas: a function of its own could be called in place of Ledger's.
revoke create on schema {events}, {ledger} from public;
revoke all on schema {events}, {ledger} from {roles};
grant usage on schema {events}, {ledger} to {reader};
