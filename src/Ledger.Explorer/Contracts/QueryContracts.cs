using System.Text.Json;

namespace Ledger.Explorer.Contracts;

/// <summary>The answer to a question in SQL.</summary>
/// <param name="Columns">The columns, in order.</param>
/// <param name="Rows">An object for each row, with a member for each column; of columns of one name, the later ones have a number.</param>
/// <param name="HasMore">Whether there are further rows.</param>
internal sealed record QueryAnswerContract(IReadOnlyList<QueryColumnContract> Columns, IReadOnlyList<JsonElement> Rows, bool HasMore);

/// <summary>A column of an answer.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type as PostgreSQL names it.</param>
internal sealed record QueryColumnContract(string Name, string Type);

/// <summary>The contract of the events of a name.</summary>
/// <param name="Name">The name.</param>
/// <param name="Contract">built-in, declared or enforced.</param>
/// <param name="Version">The version of a declared contract.</param>
/// <param name="DeclaredBy">The program that declared it.</param>
/// <param name="ReadAs">The name that the events are read as.</param>
/// <param name="Schema">The JSON Schema of their data, where it was asked for.</param>
internal sealed record NamedContractContract(string Name, string Contract, int? Version = null, string? DeclaredBy = null, string? ReadAs = null, JsonElement? Schema = null);

/// <summary>All contracts of events as one document.</summary>
/// <param name="Form">schema or asyncapi.</param>
/// <param name="Document">The document.</param>
internal sealed record ContractDocumentContract(string Form, JsonElement Document);
