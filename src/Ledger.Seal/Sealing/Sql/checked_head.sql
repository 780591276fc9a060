-- Whether the role may read the salts of the seal, which role it is, and the newest checkpoint; null for none. One row.
select has_table_privilege(quote_ident({ledger_text}) || '.seal_leaf', 'select'),
       current_user::text,
       (select c.note
        from {ledger}.seal_checkpoint as c
        order by c.size desc
        limit 1)
