using System.Reflection;
using System.Runtime.CompilerServices;

namespace Ledger.Conformance.Conventions;

/// <summary>Types as C# writes them.</summary>
internal static class TypeNames
{
    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void", [typeof(object)] = "object", [typeof(string)] = "string", [typeof(bool)] = "bool",
        [typeof(byte)] = "byte", [typeof(short)] = "short", [typeof(int)] = "int", [typeof(long)] = "long",
        [typeof(float)] = "float", [typeof(double)] = "double", [typeof(decimal)] = "decimal", [typeof(char)] = "char",
    };

    /// <summary>Whether a type comes from the compiler or from a source generator.</summary>
    public static bool IsGenerated(Type type) =>
        type.Name.Contains('<', StringComparison.Ordinal)
        || type.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false)
        || type.IsDefined(typeof(System.CodeDom.Compiler.GeneratedCodeAttribute), inherit: false)
        || (type.DeclaringType is { } outer && IsGenerated(outer));

    public static string Of(Type type)
    {
        if (Keywords.TryGetValue(type, out var keyword))
        {
            return keyword;
        }

        if (type.IsByRef || type.IsArray)
        {
            return Of(type.GetElementType()!) + (type.IsArray ? "[]" : "");
        }

        if (Nullable.GetUnderlyingType(type) is { } value)
        {
            return Of(value) + "?";
        }

        var name = type.IsGenericParameter ? type.Name : Qualified(type);
        return type.IsGenericType ? $"{name}<{string.Join(", ", type.GetGenericArguments().Select(Of))}>" : name;
    }

    /// <summary>A type with its question marks.</summary>
    public static string Of(NullabilityInfo info, NullabilityState state)
    {
        var type = info.Type.IsByRef ? info.Type.GetElementType()! : info.Type;
        var mark = state == NullabilityState.Nullable && !type.IsValueType ? "?" : "";
        if (info.ElementType is { } element)
        {
            return $"{Of(element, element.ReadState)}[]{mark}";
        }

        return info.GenericTypeArguments.Length > 0 && Nullable.GetUnderlyingType(type) is null && !type.IsGenericTypeDefinition
            ? $"{Qualified(type)}<{string.Join(", ", info.GenericTypeArguments.Select(a => Of(a, a.ReadState)))}>{mark}"
            : Of(type) + mark;
    }

    private static string Qualified(Type type)
    {
        var plain = type.Name.Split('`')[0];
        return type.DeclaringType is { } outer ? $"{Qualified(outer)}.{plain}" : $"{type.Namespace}.{plain}";
    }
}
