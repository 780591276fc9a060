using JasperFx.CodeGeneration;
using JasperFx.CodeGeneration.Frames;
using JasperFx.CodeGeneration.Model;
using Ledger.Wolverine.Sessions;
using Marten;
using Wolverine.Runtime;

namespace Ledger.Wolverine.Handling;

/// <summary>Creates Ledger's session: on the Marten session that the outbox writes into, or with its own transaction.</summary>
internal sealed class LedgerSessionFrame : AsyncFrame
{
    private readonly bool _isMarten;
    private Variable? _engine;
    private Variable? _context;
    private Variable? _within;

    public LedgerSessionFrame(bool isMarten)
    {
        _isMarten = isMarten;
        Session = new Variable(typeof(LedgerSession), this);
    }

    public Variable Session { get; }

    public override IEnumerable<Variable> FindVariables(IMethodVariables chain)
    {
        yield return _engine = chain.FindVariable(typeof(LedgerEngine));
        yield return _context = chain.FindVariable(typeof(MessageContext));
        yield return _within = chain.FindVariable(_isMarten ? typeof(IDocumentSession) : typeof(CancellationToken));
    }

    public override void GenerateCode(GeneratedMethod method, ISourceWriter writer)
    {
        writer.BlankLine();
        writer.WriteComment(_isMarten
            ? "Work on runs within the document session"
            : "Begin a transaction for the log, the inbox and the outbox");
        writer.Write(_isMarten
            ? $"await using var {Session.Usage} = {_engine!.Usage}.{nameof(LedgerEngine.Enlist)}({_within!.Usage}, {_context!.Usage});"
            : $"await using var {Session.Usage} = await {_engine!.Usage}.{nameof(LedgerEngine.BeginAsync)}({_context!.Usage}, {_within!.Usage}).ConfigureAwait(false);");
        Next?.GenerateCode(method, writer);
    }
}
