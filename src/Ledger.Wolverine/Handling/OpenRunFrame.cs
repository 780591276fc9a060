using JasperFx.CodeGeneration;
using JasperFx.CodeGeneration.Frames;
using JasperFx.CodeGeneration.Model;
using Ledger.Wolverine.Sessions;

namespace Ledger.Wolverine.Handling;

/// <summary>Passes the run to a handler that returns nothing, so that it appends and forks through the handle.</summary>
internal sealed class OpenRunFrame : AsyncFrame
{
    private readonly Variable _stream;
    private Variable? _session;
    private Variable? _cancellation;

    public OpenRunFrame(Variable stream)
    {
        _stream = stream;
        Run = new Variable(typeof(Run), this);
    }

    public Variable Run { get; }

    public override IEnumerable<Variable> FindVariables(IMethodVariables chain)
    {
        yield return _stream;
        yield return _session = chain.FindVariable(typeof(LedgerSession));
        yield return _cancellation = chain.FindVariable(typeof(CancellationToken));
    }

    public override void GenerateCode(GeneratedMethod method, ISourceWriter writer)
    {
        writer.Write(
            $"var {Run.Usage} = await {_session!.Usage}.{nameof(LedgerSession.OpenAsync)}({_stream.Usage}, {_cancellation!.Usage}).ConfigureAwait(false);");
        Next?.GenerateCode(method, writer);
    }
}
