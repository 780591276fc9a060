using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace Ledger.Conformance.Conventions;

/// <summary>An assembly's public types and members as text, in an order that does not change.</summary>
public static class PublicApi
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static string Print(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var type in assembly.GetExportedTypes().Where(t => !TypeNames.IsGenerated(t)).OrderBy(TypeNames.Of, StringComparer.Ordinal))
        {
            text.Append(Head(type)).Append('\n');
            foreach (var member in Members(type))
            {
                text.Append("    ").Append(member).Append('\n');
            }

            text.Append('\n');
        }

        return text.ToString();
    }

    private static string Head(Type type)
    {
        var inherited = type.BaseType?.GetInterfaces() ?? [];
        var bases = type.GetInterfaces()
            .Except(inherited)
            .Where(i => i.IsPublic && !IsEquatableOfSelf(type, i))
            .Select(TypeNames.Of)
            .Order(StringComparer.Ordinal)
            .ToList();
        if (type is { IsClass: true, BaseType: { } parent } && parent != typeof(object) && parent != typeof(MulticastDelegate))
        {
            bases.Insert(0, TypeNames.Of(parent));
        }

        var listed = type.IsEnum || bases.Count == 0 ? "" : $" : {string.Join(", ", bases)}";
        return $"{Kind(type)} {TypeNames.Of(type)}{listed}";
    }

    private static bool IsEquatableOfSelf(Type type, Type implemented) =>
        implemented.IsGenericType && implemented.GetGenericTypeDefinition() == typeof(IEquatable<>) && implemented.GetGenericArguments()[0] == type;

    private static string Kind(Type type)
    {
        if (type.IsEnum || type.IsInterface)
        {
            return type.IsEnum ? "enum" : "interface";
        }

        var record = type.GetMethod("PrintMembers", Declared) is { } print && IsGenerated(print) ? "record " : "";
        if (type.IsValueType)
        {
            return (type.IsDefined(typeof(IsReadOnlyAttribute), inherit: false) ? "readonly " : "") + record + "struct";
        }

        return type switch
        {
            { IsAbstract: true, IsSealed: true } => "static class",
            { IsAbstract: true } => $"abstract {record}class",
            { IsSealed: true } => $"sealed {record}class",
            _ => $"{record}class",
        };
    }

    private static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum)
        {
            return Enum.GetNames(type)
                .Select(n => string.Create(CultureInfo.InvariantCulture, $"{n} = {Convert.ToInt64(Enum.Parse(type, n), CultureInfo.InvariantCulture)}"));
        }

        var constructors = type.GetConstructors(Declared).Where(c => IsSeen(c) && !IsGenerated(c))
            .Select(c => $"{Access(c)}{type.Name.Split('`')[0]}({Parameters(c)})");
        var fields = type.GetFields(Declared).Where(f => f.IsPublic || f.IsFamily).OrderBy(f => f.Name, StringComparer.Ordinal)
            .Select(f => $"{(f.IsLiteral ? "const " : f.IsStatic ? "static " : "")}{TypeNames.Of(f.FieldType)} {f.Name}"
                + (f.IsLiteral ? $" = {Value(f.GetRawConstantValue())}" : ""));
        var properties = type.GetProperties(Declared).Where(p => p.Name != "EqualityContract").OrderBy(p => p.Name, StringComparer.Ordinal)
            .Select(Property).OfType<string>();
        var events = type.GetEvents(Declared).Where(e => e.AddMethod is { } add && IsSeen(add)).OrderBy(e => e.Name, StringComparer.Ordinal)
            .Select(e => $"event {TypeNames.Of(e.EventHandlerType!)} {e.Name}");
        var methods = type.GetMethods(Declared).Where(m => IsSeen(m) && !IsGenerated(m) && !IsAccessor(m))
            .Select(m => (m.Name, Text: Method(m)))
            .OrderBy(m => m.Name, StringComparer.Ordinal)
            .ThenBy(m => m.Text, StringComparer.Ordinal)
            .Select(m => m.Text);
        return [.. constructors.Order(StringComparer.Ordinal), .. fields, .. properties, .. events, .. methods];
    }

    private static bool IsSeen(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool IsGenerated(MemberInfo member) => member.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false);

    private static bool IsAccessor(MethodInfo method) =>
        method.IsSpecialName && !method.Name.StartsWith("op_", StringComparison.Ordinal);

    private static string Access(MethodBase method) => method.IsPublic ? "" : "protected ";

    private static string Modifiers(MethodInfo method) =>
        Access(method) + method switch
        {
            { IsStatic: true } => "static ",
            { DeclaringType.IsInterface: true } => "",
            { IsAbstract: true } => "abstract ",
            { IsVirtual: true, IsFinal: false } when method.GetBaseDefinition() != method => "override ",
            { IsVirtual: true, IsFinal: false } => "virtual ",
            _ => "",
        };

    private static string? Property(PropertyInfo property)
    {
        var get = property.GetMethod is { } getter && IsSeen(getter) ? "get; " : "";
        var set = property.SetMethod is { } setter && IsSeen(setter)
            ? setter.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? "init; " : "set; "
            : "";
        if (get + set == "")
        {
            return null;
        }

        var nullability = new NullabilityInfoContext().Create(property);
        var state = get == "" ? nullability.WriteState : nullability.ReadState;
        var index = property.GetIndexParameters();
        var name = index.Length == 0 ? property.Name : $"this[{string.Join(", ", index.Select(Parameter))}]";
        return $"{Modifiers((property.GetMethod ?? property.SetMethod)!)}{TypeNames.Of(nullability, state)} {name} {{ {get}{set}}}";
    }

    private static string Method(MethodInfo method)
    {
        var returned = new NullabilityInfoContext().Create(method.ReturnParameter);
        var generic = method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(TypeNames.Of))}>" : "";
        var extended = method.IsDefined(typeof(ExtensionAttribute), inherit: false) ? "this " : "";
        return $"{Modifiers(method)}{TypeNames.Of(returned, returned.ReadState)} {method.Name}{generic}({extended}{Parameters(method)})";
    }

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(Parameter));

    private static string Parameter(ParameterInfo parameter)
    {
        var nullability = new NullabilityInfoContext().Create(parameter);
        var passed = parameter switch
        {
            { IsOut: true } => "out ",
            { IsIn: true, ParameterType.IsByRef: true } => "in ",
            { ParameterType.IsByRef: true } => "ref ",
            _ when parameter.IsDefined(typeof(ParamArrayAttribute), inherit: false) => "params ",
            _ => "",
        };
        var value = parameter.HasDefaultValue ? $" = {Value(parameter.RawDefaultValue)}" : "";
        return $"{passed}{TypeNames.Of(nullability, nullability.WriteState)} {parameter.Name}{value}";
    }

    private static string Value(object? value) =>
        value switch
        {
            null => "default",
            string text => $"\"{text}\"",
            bool flag => flag ? "true" : "false",
            _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
        };
}
