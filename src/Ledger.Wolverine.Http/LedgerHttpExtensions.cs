using Ledger.Wolverine.Http;

namespace Wolverine.Http;

/// <summary>Puts Ledger into the HTTP endpoints of Wolverine.</summary>
public static class LedgerHttpExtensions
{
    /// <summary>Enables endpoints that read and append to runs, as handlers do, and answers Ledger's refusals with problem details.</summary>
    /// <remarks>
    /// <list type="number">
    /// <item>An endpoint that takes a <see cref="Ledger.World"/>, a <see cref="Ledger.Run"/> or the state of an aggregate receives that of the run named by the
    /// route, as <c>{run}</c>, <c>{runId}</c> or <c>{id}</c>, or by the body, in a member <c>RunId</c> or <c>Id</c>. A text with a colon is the name of a stream,
    /// any other the id of a run.</item>
    /// <item>With <c>GET</c>, <c>HEAD</c> or <c>QUERY</c> it only reads, and may not return events. With any other method the events that it returns after its response are appended at the length that
    /// it read, in one transaction with its documents and messages; if another writer was faster, the answer is 409.</item>
    /// <item>An endpoint that takes a <see cref="Ledger.Wolverine.Sessions.LedgerSession"/> works in the same transaction.</item>
    /// <item>Refusals of Ledger, also in handlers that an endpoint invokes, become problem details: 404 for a run, branch or position that does not exist, 409
    /// for a conflict with the log, 422 for what cannot be applied.</item>
    /// </list>
    /// <para>It needs <c>opts.UseLedger()</c> in <c>UseWolverine</c>.</para>
    /// </remarks>
    /// <param name="options">The options of <c>app.MapWolverineEndpoints(options => …)</c>.</param>
    public static WolverineHttpOptions UseLedger(this WolverineHttpOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.AddParameterHandlingStrategy(new StateParameterStrategy());
        options.AddMiddleware(typeof(LedgerRefusals));
        return options;
    }
}
