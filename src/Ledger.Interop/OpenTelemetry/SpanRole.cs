namespace Ledger.Interop.OpenTelemetry;

/// <summary>What a span stands for.</summary>
internal enum SpanRole
{
    /// <summary>Anything that is no part of an agent's work, such as a request over HTTP.</summary>
    Plain,

    /// <summary>A request to a model with its answer.</summary>
    Model,

    /// <summary>A call of a tool.</summary>
    Tool,

    /// <summary>The work of an agent or a workflow.</summary>
    Agent,

    /// <summary>Another operation of the conventions, such as a retrieval, an embedding or a use of memory.</summary>
    Operation,
}
