using JasperFx.CodeGeneration;
using JasperFx.CodeGeneration.Frames;
using JasperFx.CodeGeneration.Model;
using Ledger.Wolverine.Sessions;
using Wolverine.Persistence;
using Wolverine.Runtime;

namespace Ledger.Wolverine.Handling;

/// <summary>Begins the session's transaction before anything else in a handler, and, if the chain requires it, refuses a message that was already
/// handled.</summary>
internal sealed class IdempotencyFrame(IdempotencyStyle style) : AsyncFrame
{
    private Variable? _context;
    private Variable? _cancellation;

    public override IEnumerable<Variable> FindVariables(IMethodVariables chain)
    {
        yield return chain.FindVariable(typeof(LedgerSession));
        yield return _context = chain.FindVariable(typeof(MessageContext));
        yield return _cancellation = chain.FindVariable(typeof(CancellationToken));
    }

    public override void GenerateCode(GeneratedMethod method, ISourceWriter writer)
    {
        if (style != IdempotencyStyle.None)
        {
            writer.Write($"await {_context!.Usage}.{nameof(MessageContext.AssertEagerIdempotencyAsync)}({_cancellation!.Usage});");
        }

        Next?.GenerateCode(method, writer);
    }
}
