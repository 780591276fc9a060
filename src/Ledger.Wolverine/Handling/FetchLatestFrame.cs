using JasperFx.CodeGeneration;
using JasperFx.CodeGeneration.Frames;
using JasperFx.CodeGeneration.Model;
using JasperFx.Core.Reflection;
using Ledger.Wolverine.Sessions;
using Wolverine.Runtime;

namespace Ledger.Wolverine.Handling;

/// <summary>Reads a state that a handler does not append to.</summary>
internal sealed class FetchLatestFrame : AsyncFrame
{
    private readonly Variable _stream;
    private Variable? _engine;
    private Variable? _context;
    private Variable? _cancellation;

    public FetchLatestFrame(Type state, Variable stream)
    {
        _stream = stream;
        State = new Variable(state, this);
    }

    public Variable State { get; }

    public override IEnumerable<Variable> FindVariables(IMethodVariables chain)
    {
        yield return _stream;
        yield return _engine = chain.FindVariable(typeof(LedgerEngine));
        yield return _cancellation = chain.FindVariable(typeof(CancellationToken));

        // A message has one, which may name a tenant; an endpoint that only reads makes none for it.
        _context = chain.TryFindVariable(typeof(MessageContext), VariableSource.Existing);
        if (_context is not null)
        {
            yield return _context;
        }
    }

    public override void GenerateCode(GeneratedMethod method, ISourceWriter writer)
    {
        var fetch = $"{nameof(LedgerEngine.FetchLatestAsync)}<{State.VariableType.FullNameInCode()}>";
        writer.Write(
            $"var {State.Usage} = await {_engine!.Usage}.{fetch}({_stream.Usage}, {(_context is null ? "" : $"{_context.Usage}, ")}{_cancellation!.Usage}).ConfigureAwait(false);");
        Next?.GenerateCode(method, writer);
    }
}
