using JasperFx.CodeGeneration;
using JasperFx.CodeGeneration.Frames;
using JasperFx.CodeGeneration.Model;
using Ledger.Wolverine.Sessions;
using Npgsql;

namespace Ledger.Wolverine.Handling;

/// <summary>Passes the native engine's transaction to a handler, for its own rows.</summary>
internal sealed class TransactionFrame : SyncFrame
{
    private Variable? _session;

    public TransactionFrame() => Transaction = new Variable(typeof(NpgsqlTransaction), this);

    public Variable Transaction { get; }

    public override IEnumerable<Variable> FindVariables(IMethodVariables chain)
    {
        yield return _session = chain.FindVariable(typeof(LedgerSession));
    }

    public override void GenerateCode(GeneratedMethod method, ISourceWriter writer)
    {
        writer.Write($"var {Transaction.Usage} = {_session!.Usage}.{nameof(LedgerSession.Transaction)};");
        Next?.GenerateCode(method, writer);
    }
}
