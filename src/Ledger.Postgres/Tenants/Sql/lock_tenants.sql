-- Other writers of the table wait until the transaction ends: a database must not be given to two tenants at once.
lock table {events}.mt_tenant_databases in share row exclusive mode
