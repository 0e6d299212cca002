using Microsoft.CodeAnalysis;

namespace Orleans.Bundled.Generator;

/// <summary>Turns a grain or observer interface into a proxy class and one request class per method.</summary>
internal static class GrainInterfaces
{
    private const string Immutable = "Orleans.ImmutableAttribute";
    private const string Enumerable = "System.Collections.Generic.IAsyncEnumerable`1";
    private const string Token = "System.Threading.CancellationToken";

    public static GeneratedUnit? Read(INamedTypeSymbol type)
    {
        if (!type.IsAddressable() || type.IsNamed("Orleans.Runtime.IAddressable")) return null;

        var problems = new DiagnosticBag();
        var methods = Methods(type, problems);
        if (!type.IsReachable()) problems.Add(Diagnostics.InaccessibleType, type, type.Name);
        var hint = "Interface_" + Names.Mangled(type);

        // The marker interfaces of the programming model are no interfaces to call through.
        if (methods.Count == 0 && type.ContainingAssembly.Name == "Orleans.Bundled") return null;
        if (!problems.IsEmpty) return new(hint, null, default, problems.ToArray());

        var source = new SourceWriter();
        source.Open("namespace " + Names.Namespace);
        var proxy = new Proxy(type);
        foreach (var method in methods) proxy.WriteInvokable(source, method);
        proxy.Write(source, methods);
        source.Close();

        var alias = type.Text("Orleans.AliasAttribute") ?? type.Text("Orleans.GrainInterfaceTypeAttribute");
        var entry = new ManifestEntry(EntryKind.GrainInterface, proxy.Registration(methods), alias, type.ToDisplayString(), LocationInfo.Of(type));
        return new(hint, source.ToString(), new([entry]), default);
    }

    /// <summary>The name of the interface in a manifest and in errors.</summary>
    public static string InterfaceName(INamedTypeSymbol type) =>
        type.Text("Orleans.AliasAttribute") ?? type.Text("Orleans.GrainInterfaceTypeAttribute") ?? Names.Metadata(type.OriginalDefinition);

    private static List<IMethodSymbol> Methods(INamedTypeSymbol type, DiagnosticBag problems)
    {
        var methods = new List<IMethodSymbol>();
        foreach (var contract in type.AllInterfaces.Insert(0, type))
        {
            // What is wrong with an inherited interface of this assembly is said where it is declared.
            var bag = SymbolEqualityComparer.Default.Equals(contract, type) || !contract.IsAddressable() ? problems : new DiagnosticBag();
            foreach (var member in contract.GetMembers())
            {
                switch (member)
                {
                    case IMethodSymbol { MethodKind: MethodKind.Ordinary, IsStatic: false } method when method.IsAbstract || method.IsVirtual:
                        if (Check(method, bag)) methods.Add(method);
                        break;
                    case IPropertySymbol or IEventSymbol when !member.IsStatic:
                        bag.Add(Diagnostics.PropertyOnInterface, At(member, type), Display(member));
                        break;
                    case { IsStatic: true, IsAbstract: true }:
                        bag.Add(Diagnostics.StaticAbstract, At(member, type), Display(member));
                        break;
                }
            }
        }

        foreach (var clash in methods.GroupBy(m => (m.ContainingType.ToDisplayString(), MethodId(m))).Where(g => g.Count() > 1))
            problems.Add(Diagnostics.AliasClash, At(clash.ElementAt(1), type), clash.Key.Item2, Display(clash.First()));
        return methods;
    }

    private static ISymbol At(ISymbol member, INamedTypeSymbol type) => member.Locations.Any(l => l.IsInSource) ? member : type;

    private static string Display(ISymbol member) => member.ContainingType.Name + "." + member.Name;

    private static bool Check(IMethodSymbol method, DiagnosticBag problems)
    {
        var before = problems.IsEmpty;
        foreach (var parameter in method.Parameters)
        {
            if (parameter.RefKind != RefKind.None) problems.Add(Diagnostics.ByReferenceParameter, parameter, Display(method), parameter.Name);
            else if (parameter.Type.IsStackOnly()) problems.Add(Diagnostics.StackOnly, parameter, parameter.Name, parameter.Type.ToDisplayString());
        }

        if (method.Parameters.Count(p => p.Type.IsNamed(Token)) > 1) problems.Add(Diagnostics.CancellationTokens, method, Display(method));
        if (method.Has("Orleans.Concurrency.OneWayAttribute") && method.ReturnType is INamedTypeSymbol { IsGenericType: true })
            problems.Add(Diagnostics.OneWayResult, method, Display(method));
        else if (RequestBase(method) is null) problems.Add(Diagnostics.ReturnType, method, Display(method), method.ReturnType.ToDisplayString());
        return before && problems.IsEmpty;
    }

    private static string? RequestBase(IMethodSymbol method)
    {
        if (method.ReturnsByRef || method.ReturnsByRefReadonly) return null;
        if (method.ReturnsVoid) return "VoidRequest";
        if (method.ReturnType is not INamedTypeSymbol type) return null;
        return Names.Metadata(type.OriginalDefinition) switch
        {
            "System.Threading.Tasks.Task" => "TaskRequest",
            "System.Threading.Tasks.Task`1" => $"TaskRequest<{Names.Full(type.TypeArguments[0])}>",
            "System.Threading.Tasks.ValueTask" => "ValueTaskRequest",
            "System.Threading.Tasks.ValueTask`1" => $"ValueTaskRequest<{Names.Full(type.TypeArguments[0])}>",
            // Enumerations belong to activations, and observer objects have none.
            Enumerable when !method.ContainingType.AllInterfaces.Any(i => i.IsNamed("Orleans.IGrainObserver")) =>
                $"AsyncEnumerableRequest<{Names.Full(type.TypeArguments[0])}>",
            _ => null,
        };
    }

    /// <summary>The name of a method within its interface: an alias, an id, or a hash of what overloads differ by.</summary>
    private static string MethodId(IMethodSymbol method) =>
        method.Text("Orleans.AliasAttribute")
        ?? method.Id()?.ToString(System.Globalization.CultureInfo.InvariantCulture)
        ?? Names.Hash(Signature(method));

    private static string Signature(IMethodSymbol method)
    {
        var parameters = method.Parameters.Where(p => !p.Type.IsNamed(Token)).Select(p => Names.Full(p.OriginalDefinition.Type));
        return $"{method.Name}`{method.Arity}({string.Join(",", parameters)})";
    }

    private sealed class Proxy(INamedTypeSymbol type)
    {
        private readonly List<ITypeParameterSymbol> _parameters = Names.TypeParameters(type);
        private readonly string _mangled = Names.Mangled(type);

        private string Name => "Proxy_" + _mangled;

        public string Registration(List<IMethodSymbol> methods)
        {
            var name = Names.Literal(InterfaceName(type));
            var proxy = $"global::{Names.Namespace}.{Name}";
            var listed = methods.Where(m => m.Arity == 0).Select(m => $"global::{Names.Namespace}.{InvokableName(m)}.s_method, ");
            var statement = _parameters.Count == 0
                ? $"builder.AddInterface(typeof({Names.Full(type)}), {name}, new {Names.Bundled}GrainMethod[] {{ {string.Concat(listed)}}}, static (shared, key) => new {proxy}(shared, key));"
                : $"builder.AddInterface(typeof({Names.Unbound(type)}), {name}, typeof({proxy}{Names.UnboundList(_parameters.Count)}));";
            return statement + string.Concat(methods.Select(RequestRegistration));
        }

        private string RequestRegistration(IMethodSymbol method)
        {
            var request = $"global::{Names.Namespace}.{InvokableName(method)}";
            var parameters = TypeParameters(method).Count;
            var create = parameters == 0 ? $"static () => new {request}()" : "null";
            return $" builder.AddRequest(typeof({Names.Unbound(type)}), {Names.Literal(Contract(method))}, {Names.Literal(MethodId(method))}, "
                + $"typeof({request}{Names.UnboundList(parameters)}), {create});";
        }

        // Two closed forms of one generic interface may both be inherited, so the arguments are part of the name.
        private static string Contract(IMethodSymbol method)
        {
            var arguments = new List<ITypeSymbol>();
            for (var at = method.ContainingType; at is not null; at = at.ContainingType) arguments.InsertRange(0, at.TypeArguments);
            var name = InterfaceName(method.ContainingType);
            return arguments.Count == 0 ? name : $"{name}<{string.Join(", ", arguments.Select(Names.Full))}>";
        }

        public void Write(SourceWriter source, List<IMethodSymbol> methods)
        {
            source.Open($"internal sealed class {Name}{Names.ParameterList(_parameters)} : global::Orleans.Runtime.GrainReference, "
                + Names.Full(type) + Names.Constraints(_parameters));
            source.Line($"public {Name}({Names.Bundled}GrainReferenceShared shared, global::Orleans.Runtime.IdSpan key) : base(shared, key) {{ }}");
            foreach (var method in methods) WriteMethod(source, method);
            source.Close();
        }

        public void WriteInvokable(SourceWriter source, IMethodSymbol method)
        {
            var parameters = TypeParameters(method);
            var arguments = Arguments(method);
            var contract = Names.Full(method.ContainingType);
            var head = $"internal sealed class {InvokableName(method)}{Names.ParameterList(parameters)} : {Names.Bundled}{RequestBase(method)}";
            source.Open(head + Names.Constraints(parameters));

            for (var i = 0; i < arguments.Count; i++) source.Line($"public {Names.Full(arguments[i].Type)} Arg{i};");
            if (HasToken(method)) source.Line("public global::System.Threading.CancellationToken Token;");
            source.Line(MethodField(method, contract));
            source.Line($"protected override {Names.Bundled}GrainMethod Method => s_method;");
            source.Line($"protected override {Return(method)} Call(object target) => (({contract})target).{Names.Identifier(method.Name)}"
                + $"{TypeArguments(method)}({CallArguments(method)});");
            if (CopiedResult(method) is { } result)
            {
                var copy = method.ReturnType.IsNamed(Enumerable) ? "CopyItem" : "CopyResult";
                source.Line($"protected override {result} {copy}({result} value) => {Names.Bundled}Copiers.CopyRoot<{result}>(value);");
            }

            if (method.ReturnType.IsNamed(Enumerable)) WriteCopyArguments(source, arguments);
            WriteAccessors(source, arguments);
            WriteArguments(source, arguments);
            if (HasToken(method))
            {
                source.Line("public override global::System.Threading.CancellationToken GetCancellationToken() => Token;");
                source.Line("protected override void SetCancellationToken(global::System.Threading.CancellationToken token) => Token = token;");
            }

            source.Close();
        }

        // Each enumeration of what the method returned is a call of its own.
        private static void WriteCopyArguments(SourceWriter source, List<IParameterSymbol> arguments)
        {
            source.Open("protected override void CopyArguments()");
            for (var i = 0; i < arguments.Count; i++)
                if (!IsPassedByReference(arguments[i])) source.Line($"Arg{i} = {Names.Bundled}Copiers.CopyRoot<{Names.Full(arguments[i].Type)}>(Arg{i});");
            source.Close();
        }

        private static void WriteAccessors(SourceWriter source, List<IParameterSymbol> arguments)
        {
            if (arguments.Count == 0) return;
            source.Line($"public override int GetArgumentCount() => {arguments.Count};");
            source.Open("public override object GetArgument(int index) => index switch");
            for (var i = 0; i < arguments.Count; i++) source.Line($"{i} => Arg{i},");
            source.Line("_ => throw new global::System.ArgumentOutOfRangeException(nameof(index)),");
            source.Close();
            source.Line(";");
            source.Open("public override void SetArgument(int index, object value)");
            source.Open("switch (index)");
            for (var i = 0; i < arguments.Count; i++) source.Line($"case {i}: Arg{i} = ({Names.Full(arguments[i].Type)})value; return;");
            source.Line("default: throw new global::System.ArgumentOutOfRangeException(nameof(index));");
            source.Close();
            source.Close();
        }

        // Arguments are fields by position, so that either side may have more or fewer of them; a token is none.
        private static void WriteArguments(SourceWriter source, List<IParameterSymbol> arguments)
        {
            if (arguments.Count == 0) return;
            source.Open($"protected override void WriteArguments({Names.Bundled}WireWriter writer)");
            for (var i = 0; i < arguments.Count; i++)
                source.Line($"{Names.Bundled}CodecOf<{Names.Full(arguments[i].Type)}>.Instance.Write(writer, {(i == 0 ? 0 : 1)}u, Arg{i});");
            source.Close();
            source.Open($"protected override void ReadArguments({Names.Bundled}WireReader reader)");
            source.Line("uint id = 0;");
            source.Open("while (reader.Next(ref id, out var wire))");
            source.Open("switch (id)");
            for (var i = 0; i < arguments.Count; i++)
                source.Line($"case {i}u: Arg{i} = {Names.Bundled}CodecOf<{Names.Full(arguments[i].Type)}>.Instance.Read(reader, wire); break;");
            source.Line("default: reader.Skip(wire); break;");
            source.Close();
            source.Close();
            source.Close();
        }

        private void WriteMethod(SourceWriter source, IMethodSymbol method)
        {
            var arguments = Arguments(method);
            var declared = method.Parameters.Select(p => Names.Full(p.Type) + " " + ArgumentName(p));
            source.Open($"{Return(method)} {Names.Full(method.ContainingType)}.{Names.Identifier(method.Name)}{TypeArguments(method)}({string.Join(", ", declared)})");
            source.Line($"var request = new {InvokableName(method)}{Names.ParameterList(TypeParameters(method))}();");
            var copied = arguments.Where(p => !IsPassedByReference(p)).ToList();
            for (var i = 0; i < arguments.Count; i++)
            {
                if (IsPassedByReference(arguments[i])) source.Line($"request.Arg{i} = {ArgumentName(arguments[i])};");
                else if (copied.Count == 1) source.Line($"request.Arg{i} = {Names.Bundled}Copiers.CopyRoot<{Names.Full(arguments[i].Type)}>({ArgumentName(arguments[i])});");
            }

            if (copied.Count > 1) WriteSharedCopies(source, arguments);
            if (method.Parameters.FirstOrDefault(p => p.Type.IsNamed(Token)) is { } token) source.Line($"request.Token = {ArgumentName(token)};");
            source.Line(method.ReturnsVoid ? "request.Send(this);" : "return request.Send(this);");
            source.Close();
        }

        // One context for all arguments: an object that two of them hold stays one object.
        private static void WriteSharedCopies(SourceWriter source, List<IParameterSymbol> arguments)
        {
            source.Line($"var copies = {Names.Bundled}CopyContext.Rent();");
            source.Open("try");
            for (var i = 0; i < arguments.Count; i++)
            {
                if (IsPassedByReference(arguments[i])) continue;
                source.Line($"request.Arg{i} = {Names.Bundled}CopierOf<{Names.Full(arguments[i].Type)}>.Instance.Copy({ArgumentName(arguments[i])}, copies);");
            }

            source.Close();
            source.Open("finally");
            source.Line("copies.Return();");
            source.Close();
        }

        private string MethodField(IMethodSymbol method, string contract)
        {
            var options = new List<string>();
            if (method.Has("Orleans.Concurrency.OneWayAttribute")) options.Add("OneWay");
            if (method.Has("Orleans.Concurrency.ReadOnlyAttribute")) options.Add("ReadOnly");
            if (method.Has("Orleans.Concurrency.AlwaysInterleaveAttribute")) options.Add("AlwaysInterleave");
            if (method.ReturnType.IsNamed(Enumerable)) options.Add("AlwaysInterleave");
            else if (HasToken(method)) options.Add("Cancellable");
            if (type.AllInterfaces.Any(i => i.IsNamed("Orleans.Runtime.IGrainExtension"))) options.Add("Extension");
            if (options.Count == 0) options.Add("None");
            var generic = string.Concat(method.TypeParameters.Select(p => $"typeof({Names.Identifier(p.Name)}), "));
            var parameters = string.Concat(method.Parameters.Select(p => $"typeof({TypeOf(p.Type)}), "));
            var info = $"{Names.Bundled}InterfaceMethods.Find(typeof({contract}), {Names.Literal(method.Name)}, "
                + $"new global::System.Type[] {{ {generic}}}, new global::System.Type[] {{ {parameters}}})";
            return $"internal static readonly {Names.Bundled}GrainMethod s_method = new {Names.Bundled}GrainMethod(typeof({contract}), "
                + $"{Names.Literal(InterfaceName(method.ContainingType))}, {Names.Literal(method.Name)}, {Names.Literal(MethodId(method))}, "
                + string.Join(" | ", options.Select(o => $"{Names.Bundled}InvokeOptions.{o}"))
                + $", {Names.Literal(method.Text("Orleans.ResponseTimeoutAttribute"))}, static () => {info}, {Names.Literal(Contract(method))});";
        }

        private string InvokableName(IMethodSymbol method)
        {
            var hash = Names.Hash(Names.Metadata(method.ContainingType) + Names.Full(method.ContainingType) + "." + Signature(method));
            return $"Invokable_{_mangled}_{method.Name}_{hash}";
        }

        private List<ITypeParameterSymbol> TypeParameters(IMethodSymbol method) => [.. _parameters, .. method.TypeParameters];

        private static string TypeArguments(IMethodSymbol method) => Names.ParameterList(method.TypeParameters);

        private static string Return(IMethodSymbol method) => method.ReturnsVoid ? "void" : Names.Full(method.ReturnType);

        private static string TypeOf(ITypeSymbol type) => type.TypeKind == TypeKind.Dynamic ? "object" : Names.Full(type);

        private static bool HasToken(IMethodSymbol method) => method.Parameters.Any(p => p.Type.IsNamed(Token));

        private static List<IParameterSymbol> Arguments(IMethodSymbol method) =>
            [.. method.Parameters.Where(p => !p.Type.IsNamed(Token))];

        private static string ArgumentName(IParameterSymbol parameter) => "arg" + parameter.Ordinal;

        private static bool IsPassedByReference(IParameterSymbol parameter) =>
            parameter.Has(Immutable) || parameter.Type.IsImmutable();

        private static string CallArguments(IMethodSymbol method)
        {
            var next = 0;
            return string.Join(", ", method.Parameters.Select(p => p.Type.IsNamed(Token) ? "Token" : "Arg" + next++));
        }

        private static string? CopiedResult(IMethodSymbol method) =>
            method.ReturnType is INamedTypeSymbol { IsGenericType: true } task && !task.TypeArguments[0].IsImmutable()
            && !method.GetReturnTypeAttributes().Any(a => a.AttributeClass is { } attribute && Names.Metadata(attribute) == Immutable)
                ? Names.Full(task.TypeArguments[0])
                : null;
    }
}
