using JasperFx.CodeGeneration;
using JasperFx.CodeGeneration.Frames;
using JasperFx.CodeGeneration.Model;
using JasperFx.Core.Reflection;
using JasperFx.Events;
using Ledger.Wolverine.Sessions;
using Wolverine.Persistence.EventSourcing;

namespace Ledger.Wolverine.Handling;

/// <summary>Fetches the state that a handler decides on.</summary>
internal sealed class FetchForWritingFrame : AsyncFrame
{
    private readonly AggregateLoadRequest _request;
    private Variable? _session;
    private Variable? _cancellation;

    public FetchForWritingFrame(AggregateLoadRequest request)
    {
        _request = request;
        Stream = new Variable(typeof(IEventStream<>).MakeGenericType(request.AggregateType), this);
    }

    public Variable Stream { get; }

    public override IEnumerable<Variable> FindVariables(IMethodVariables chain)
    {
        yield return _request.AggregateId;
        if (_request.Version is { } version)
        {
            yield return version;
        }

        yield return _session = chain.FindVariable(typeof(LedgerSession));
        yield return _cancellation = chain.FindVariable(typeof(CancellationToken));
    }

    public override void GenerateCode(GeneratedMethod method, ISourceWriter writer)
    {
        var fetch = $"{nameof(LedgerSession.FetchForWritingAsync)}<{_request.AggregateType.FullNameInCode()}>";
        var style = $"{typeof(ModelConcurrencyStyle).FullNameInCode()}.{_request.LoadStyle}";
        writer.WriteComment("Fetch what the handler decides on, with the version that it stands for");
        writer.Write(
            $"var {Stream.Usage} = await {_session!.Usage}.{fetch}({_request.AggregateId.Usage}, {style}, "
            + $"{_request.Version?.Usage ?? "null"}, {_cancellation!.Usage}).ConfigureAwait(false);");
        if (_request.AlwaysEnforceConsistency)
        {
            writer.Write($"{Stream.Usage}.{nameof(IEventStream<>.AlwaysEnforceConsistency)} = true;");
        }

        Next?.GenerateCode(method, writer);
    }
}
