namespace Ledger.Explorer.Api;

/// <summary>A route of the API: what serves it, and how the OpenAPI document tells of it.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The path below <c>/api/v1</c>, with parameters in braces.</param>
/// <param name="Summary">What it does.</param>
/// <param name="Answer">Serves it.</param>
internal sealed record ApiRoute(string Method, string Path, string Summary, Func<ExplorerRequest, Task> Answer)
{
    /// <summary>The parameters of the query.</summary>
    public IReadOnlyList<ApiParameter> Query { get; init; } = [];

    /// <summary>The content types of the answer.</summary>
    public IReadOnlyList<string> Produces { get; init; } = ["application/json"];

    /// <summary>The properties of the JSON body; null for none.</summary>
    public IReadOnlyList<ApiParameter>? Body { get; init; }

    /// <summary>The status code of its success.</summary>
    public int Success { get; init; } = Method == "POST" ? 201 : 200;

    /// <summary>The status codes of its own refusals, beside 400 and 503.</summary>
    public IReadOnlyList<int> Refusals { get; init; } = [404];
}

/// <summary>A parameter of a query, or a property of a body.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its JSON type.</param>
/// <param name="Meaning">What it is for.</param>
/// <param name="IsRequired">Whether it has to be given.</param>
internal sealed record ApiParameter(string Name, string Type, string Meaning, bool IsRequired = false);
