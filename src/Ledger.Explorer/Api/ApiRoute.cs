using System.Text.Json.Serialization.Metadata;
using Ledger.Explorer.Contracts;
using Ledger.Explorer.Failures;
using Microsoft.AspNetCore.Http;

namespace Ledger.Explorer.Api;

/// <summary>A route of the API: its handler, and its description in the OpenAPI document.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The path below <c>/api/v1</c>, with parameters in braces.</param>
/// <param name="Summary">The summary for the OpenAPI document.</param>
/// <param name="Answer">The handler.</param>
internal sealed record ApiRoute(string Method, string Path, string Summary, Func<ExplorerRequest, Task> Answer)
{
    /// <summary>The parameters of the query.</summary>
    public IReadOnlyList<ApiParameter> Query { get; init; } = [];

    /// <summary>The content types of the answer.</summary>
    public IReadOnlyList<string> Produces { get; init; } = ["application/json"];

    /// <summary>The contract of the answer as JSON; null if it has its own form.</summary>
    public JsonTypeInfo? Json { get; init; }

    /// <summary>The contract of a line of the answer; null if it has none.</summary>
    public JsonTypeInfo? Line { get; init; }

    /// <summary>The contract of the JSON body; null for none.</summary>
    public JsonTypeInfo? Body { get; init; }

    /// <summary>The contract of a line of the body, where it may also be newline-delimited; null for none.</summary>
    public JsonTypeInfo? BodyLine { get; init; }

    /// <summary>The content types of a file that is the body; empty for none.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>The most bytes of that file; null where the server says so.</summary>
    public Func<LedgerExplorerOptions, long>? MostBytes { get; init; }

    /// <summary>The status code on success.</summary>
    public int Success { get; init; } = Method == "POST" ? 201 : 200;

    /// <summary>The status codes of its own refusals, in addition to 400 and 503.</summary>
    public IReadOnlyList<int> Refusals { get; init; } = [404];

    /// <summary>The content types of a refusal; the first is JSON.</summary>
    public IReadOnlyList<string> RefusesAs { get; init; } = ["application/problem+json"];

    /// <summary>The contract of a refusal as JSON.</summary>
    public JsonTypeInfo Refusal { get; init; } = ContractContext.Default.ProblemContract;

    /// <summary>Answers with a failure.</summary>
    public Func<HttpContext, Failure, Task> Refuse { get; init; } = Problems.SendAsync;
}

/// <summary>A parameter of a query or path.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its JSON type.</param>
/// <param name="Meaning">The description for the OpenAPI document.</param>
/// <param name="IsRequired">Whether it is mandatory.</param>
internal sealed record ApiParameter(string Name, string Type, string Meaning, bool IsRequired = false);
