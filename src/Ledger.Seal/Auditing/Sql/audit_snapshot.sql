-- Makes a transaction see what another one sees: {snapshot} is the name that it has exported. It takes no parameter.
set transaction snapshot '{snapshot}'
