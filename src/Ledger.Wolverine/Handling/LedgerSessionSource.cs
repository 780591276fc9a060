using JasperFx.CodeGeneration.Model;
using Ledger.Wolverine.Sessions;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Ledger.Wolverine.Handling;

/// <summary>Provides generated code with a <see cref="LedgerSession"/>, and with the native engine its transaction.</summary>
internal sealed class LedgerSessionSource(IServiceCollection services) : IVariableSource
{
    public bool Matches(Type type) => type == typeof(LedgerSession) || (type == typeof(NpgsqlTransaction) && !LedgerLog.IsMarten(services));

    public Variable Create(Type type) => type == typeof(LedgerSession)
        ? new LedgerSessionFrame(LedgerLog.IsMarten(services)).Session
        : new TransactionFrame().Transaction;
}
