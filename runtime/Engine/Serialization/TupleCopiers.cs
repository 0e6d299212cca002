namespace Orleans.Bundled;

internal sealed class ValueTupleCopier<T1> : Copier<ValueTuple<T1>>
{
    protected override bool DecideImmutable() =>
        Copiers.Find(typeof(T1)) is { IsImmutable: true };

    public override ValueTuple<T1> Copy(ValueTuple<T1> value, CopyContext? context) =>
        new(
                CopierOf<T1>.Instance.Copy(value.Item1, context));

    public override void Describe(GraphShape shape)
    {
        shape.Member<T1>();
    }
}

internal sealed class TupleCopier<T1> : Copier<Tuple<T1>>
{
    protected override bool DecideImmutable() =>
        Copiers.Find(typeof(T1)) is { IsImmutable: true };

    public override Tuple<T1> Copy(Tuple<T1> value, CopyContext? context)
    {
        if (value is null || IsImmutable) return value!;
        if (context is not null && context.TryGet(value, out Tuple<T1>? done)) return done;
        CopyContext.EnsureDepth();
        var copy = new Tuple<T1>(
                CopierOf<T1>.Instance.Copy(value.Item1, context));
        context?.Record(value, copy);
        return copy;
    }

    public override void Describe(GraphShape shape)
    {
        shape.Node(typeof(Tuple<T1>), exact: true);
        shape.Member<T1>();
    }
}

internal sealed class ValueTupleCopier<T1, T2> : Copier<ValueTuple<T1, T2>>
{
    protected override bool DecideImmutable() =>
        Copiers.Find(typeof(T1)) is { IsImmutable: true }
            && Copiers.Find(typeof(T2)) is { IsImmutable: true };

    public override ValueTuple<T1, T2> Copy(ValueTuple<T1, T2> value, CopyContext? context) =>
        new(
                CopierOf<T1>.Instance.Copy(value.Item1, context),
                CopierOf<T2>.Instance.Copy(value.Item2, context));

    public override void Describe(GraphShape shape)
    {
        shape.Member<T1>();
        shape.Member<T2>();
    }
}

internal sealed class TupleCopier<T1, T2> : Copier<Tuple<T1, T2>>
{
    protected override bool DecideImmutable() =>
        Copiers.Find(typeof(T1)) is { IsImmutable: true }
            && Copiers.Find(typeof(T2)) is { IsImmutable: true };

    public override Tuple<T1, T2> Copy(Tuple<T1, T2> value, CopyContext? context)
    {
        if (value is null || IsImmutable) return value!;
        if (context is not null && context.TryGet(value, out Tuple<T1, T2>? done)) return done;
        CopyContext.EnsureDepth();
        var copy = new Tuple<T1, T2>(
                CopierOf<T1>.Instance.Copy(value.Item1, context),
                CopierOf<T2>.Instance.Copy(value.Item2, context));
        context?.Record(value, copy);
        return copy;
    }

    public override void Describe(GraphShape shape)
    {
        shape.Node(typeof(Tuple<T1, T2>), exact: true);
        shape.Member<T1>();
        shape.Member<T2>();
    }
}

internal sealed class ValueTupleCopier<T1, T2, T3> : Copier<ValueTuple<T1, T2, T3>>
{
    protected override bool DecideImmutable() =>
        Copiers.Find(typeof(T1)) is { IsImmutable: true }
            && Copiers.Find(typeof(T2)) is { IsImmutable: true }
            && Copiers.Find(typeof(T3)) is { IsImmutable: true };

    public override ValueTuple<T1, T2, T3> Copy(ValueTuple<T1, T2, T3> value, CopyContext? context) =>
        new(
                CopierOf<T1>.Instance.Copy(value.Item1, context),
                CopierOf<T2>.Instance.Copy(value.Item2, context),
                CopierOf<T3>.Instance.Copy(value.Item3, context));

    public override void Describe(GraphShape shape)
    {
        shape.Member<T1>();
        shape.Member<T2>();
        shape.Member<T3>();
    }
}

internal sealed class TupleCopier<T1, T2, T3> : Copier<Tuple<T1, T2, T3>>
{
    protected override bool DecideImmutable() =>
        Copiers.Find(typeof(T1)) is { IsImmutable: true }
            && Copiers.Find(typeof(T2)) is { IsImmutable: true }
            && Copiers.Find(typeof(T3)) is { IsImmutable: true };

    public override Tuple<T1, T2, T3> Copy(Tuple<T1, T2, T3> value, CopyContext? context)
    {
        if (value is null || IsImmutable) return value!;
        if (context is not null && context.TryGet(value, out Tuple<T1, T2, T3>? done)) return done;
        CopyContext.EnsureDepth();
        var copy = new Tuple<T1, T2, T3>(
                CopierOf<T1>.Instance.Copy(value.Item1, context),
                CopierOf<T2>.Instance.Copy(value.Item2, context),
                CopierOf<T3>.Instance.Copy(value.Item3, context));
        context?.Record(value, copy);
        return copy;
    }

    public override void Describe(GraphShape shape)
    {
        shape.Node(typeof(Tuple<T1, T2, T3>), exact: true);
        shape.Member<T1>();
        shape.Member<T2>();
        shape.Member<T3>();
    }
}

internal sealed class ValueTupleCopier<T1, T2, T3, T4> : Copier<ValueTuple<T1, T2, T3, T4>>
{
    protected override bool DecideImmutable() =>
        Copiers.Find(typeof(T1)) is { IsImmutable: true }
            && Copiers.Find(typeof(T2)) is { IsImmutable: true }
            && Copiers.Find(typeof(T3)) is { IsImmutable: true }
            && Copiers.Find(typeof(T4)) is { IsImmutable: true };

    public override ValueTuple<T1, T2, T3, T4> Copy(ValueTuple<T1, T2, T3, T4> value, CopyContext? context) =>
        new(
                CopierOf<T1>.Instance.Copy(value.Item1, context),
                CopierOf<T2>.Instance.Copy(value.Item2, context),
                CopierOf<T3>.Instance.Copy(value.Item3, context),
                CopierOf<T4>.Instance.Copy(value.Item4, context));

    public override void Describe(GraphShape shape)
    {
        shape.Member<T1>();
        shape.Member<T2>();
        shape.Member<T3>();
        shape.Member<T4>();
    }
}

internal sealed class TupleCopier<T1, T2, T3, T4> : Copier<Tuple<T1, T2, T3, T4>>
{
    protected override bool DecideImmutable() =>
        Copiers.Find(typeof(T1)) is { IsImmutable: true }
            && Copiers.Find(typeof(T2)) is { IsImmutable: true }
            && Copiers.Find(typeof(T3)) is { IsImmutable: true }
            && Copiers.Find(typeof(T4)) is { IsImmutable: true };

    public override Tuple<T1, T2, T3, T4> Copy(Tuple<T1, T2, T3, T4> value, CopyContext? context)
    {
        if (value is null || IsImmutable) return value!;
        if (context is not null && context.TryGet(value, out Tuple<T1, T2, T3, T4>? done)) return done;
        CopyContext.EnsureDepth();
        var copy = new Tuple<T1, T2, T3, T4>(
                CopierOf<T1>.Instance.Copy(value.Item1, context),
                CopierOf<T2>.Instance.Copy(value.Item2, context),
                CopierOf<T3>.Instance.Copy(value.Item3, context),
                CopierOf<T4>.Instance.Copy(value.Item4, context));
        context?.Record(value, copy);
        return copy;
    }

    public override void Describe(GraphShape shape)
    {
        shape.Node(typeof(Tuple<T1, T2, T3, T4>), exact: true);
        shape.Member<T1>();
        shape.Member<T2>();
        shape.Member<T3>();
        shape.Member<T4>();
    }
}

internal sealed class ValueTupleCopier<T1, T2, T3, T4, T5> : Copier<ValueTuple<T1, T2, T3, T4, T5>>
{
    protected override bool DecideImmutable() =>
        Copiers.Find(typeof(T1)) is { IsImmutable: true }
            && Copiers.Find(typeof(T2)) is { IsImmutable: true }
            && Copiers.Find(typeof(T3)) is { IsImmutable: true }
            && Copiers.Find(typeof(T4)) is { IsImmutable: true }
            && Copiers.Find(typeof(T5)) is { IsImmutable: true };

    public override ValueTuple<T1, T2, T3, T4, T5> Copy(ValueTuple<T1, T2, T3, T4, T5> value, CopyContext? context) =>
        new(
                CopierOf<T1>.Instance.Copy(value.Item1, context),
                CopierOf<T2>.Instance.Copy(value.Item2, context),
                CopierOf<T3>.Instance.Copy(value.Item3, context),
                CopierOf<T4>.Instance.Copy(value.Item4, context),
                CopierOf<T5>.Instance.Copy(value.Item5, context));

    public override void Describe(GraphShape shape)
    {
        shape.Member<T1>();
        shape.Member<T2>();
        shape.Member<T3>();
        shape.Member<T4>();
        shape.Member<T5>();
    }
}

internal sealed class TupleCopier<T1, T2, T3, T4, T5> : Copier<Tuple<T1, T2, T3, T4, T5>>
{
    protected override bool DecideImmutable() =>
        Copiers.Find(typeof(T1)) is { IsImmutable: true }
            && Copiers.Find(typeof(T2)) is { IsImmutable: true }
            && Copiers.Find(typeof(T3)) is { IsImmutable: true }
            && Copiers.Find(typeof(T4)) is { IsImmutable: true }
            && Copiers.Find(typeof(T5)) is { IsImmutable: true };

    public override Tuple<T1, T2, T3, T4, T5> Copy(Tuple<T1, T2, T3, T4, T5> value, CopyContext? context)
    {
        if (value is null || IsImmutable) return value!;
        if (context is not null && context.TryGet(value, out Tuple<T1, T2, T3, T4, T5>? done)) return done;
        CopyContext.EnsureDepth();
        var copy = new Tuple<T1, T2, T3, T4, T5>(
                CopierOf<T1>.Instance.Copy(value.Item1, context),
                CopierOf<T2>.Instance.Copy(value.Item2, context),
                CopierOf<T3>.Instance.Copy(value.Item3, context),
                CopierOf<T4>.Instance.Copy(value.Item4, context),
                CopierOf<T5>.Instance.Copy(value.Item5, context));
        context?.Record(value, copy);
        return copy;
    }

    public override void Describe(GraphShape shape)
    {
        shape.Node(typeof(Tuple<T1, T2, T3, T4, T5>), exact: true);
        shape.Member<T1>();
        shape.Member<T2>();
        shape.Member<T3>();
        shape.Member<T4>();
        shape.Member<T5>();
    }
}

internal sealed class ValueTupleCopier<T1, T2, T3, T4, T5, T6> : Copier<ValueTuple<T1, T2, T3, T4, T5, T6>>
{
    protected override bool DecideImmutable() =>
        Copiers.Find(typeof(T1)) is { IsImmutable: true }
            && Copiers.Find(typeof(T2)) is { IsImmutable: true }
            && Copiers.Find(typeof(T3)) is { IsImmutable: true }
            && Copiers.Find(typeof(T4)) is { IsImmutable: true }
            && Copiers.Find(typeof(T5)) is { IsImmutable: true }
            && Copiers.Find(typeof(T6)) is { IsImmutable: true };

    public override ValueTuple<T1, T2, T3, T4, T5, T6> Copy(ValueTuple<T1, T2, T3, T4, T5, T6> value, CopyContext? context) =>
        new(
                CopierOf<T1>.Instance.Copy(value.Item1, context),
                CopierOf<T2>.Instance.Copy(value.Item2, context),
                CopierOf<T3>.Instance.Copy(value.Item3, context),
                CopierOf<T4>.Instance.Copy(value.Item4, context),
                CopierOf<T5>.Instance.Copy(value.Item5, context),
                CopierOf<T6>.Instance.Copy(value.Item6, context));

    public override void Describe(GraphShape shape)
    {
        shape.Member<T1>();
        shape.Member<T2>();
        shape.Member<T3>();
        shape.Member<T4>();
        shape.Member<T5>();
        shape.Member<T6>();
    }
}

internal sealed class TupleCopier<T1, T2, T3, T4, T5, T6> : Copier<Tuple<T1, T2, T3, T4, T5, T6>>
{
    protected override bool DecideImmutable() =>
        Copiers.Find(typeof(T1)) is { IsImmutable: true }
            && Copiers.Find(typeof(T2)) is { IsImmutable: true }
            && Copiers.Find(typeof(T3)) is { IsImmutable: true }
            && Copiers.Find(typeof(T4)) is { IsImmutable: true }
            && Copiers.Find(typeof(T5)) is { IsImmutable: true }
            && Copiers.Find(typeof(T6)) is { IsImmutable: true };

    public override Tuple<T1, T2, T3, T4, T5, T6> Copy(Tuple<T1, T2, T3, T4, T5, T6> value, CopyContext? context)
    {
        if (value is null || IsImmutable) return value!;
        if (context is not null && context.TryGet(value, out Tuple<T1, T2, T3, T4, T5, T6>? done)) return done;
        CopyContext.EnsureDepth();
        var copy = new Tuple<T1, T2, T3, T4, T5, T6>(
                CopierOf<T1>.Instance.Copy(value.Item1, context),
                CopierOf<T2>.Instance.Copy(value.Item2, context),
                CopierOf<T3>.Instance.Copy(value.Item3, context),
                CopierOf<T4>.Instance.Copy(value.Item4, context),
                CopierOf<T5>.Instance.Copy(value.Item5, context),
                CopierOf<T6>.Instance.Copy(value.Item6, context));
        context?.Record(value, copy);
        return copy;
    }

    public override void Describe(GraphShape shape)
    {
        shape.Node(typeof(Tuple<T1, T2, T3, T4, T5, T6>), exact: true);
        shape.Member<T1>();
        shape.Member<T2>();
        shape.Member<T3>();
        shape.Member<T4>();
        shape.Member<T5>();
        shape.Member<T6>();
    }
}

internal sealed class ValueTupleCopier<T1, T2, T3, T4, T5, T6, T7> : Copier<ValueTuple<T1, T2, T3, T4, T5, T6, T7>>
{
    protected override bool DecideImmutable() =>
        Copiers.Find(typeof(T1)) is { IsImmutable: true }
            && Copiers.Find(typeof(T2)) is { IsImmutable: true }
            && Copiers.Find(typeof(T3)) is { IsImmutable: true }
            && Copiers.Find(typeof(T4)) is { IsImmutable: true }
            && Copiers.Find(typeof(T5)) is { IsImmutable: true }
            && Copiers.Find(typeof(T6)) is { IsImmutable: true }
            && Copiers.Find(typeof(T7)) is { IsImmutable: true };

    public override ValueTuple<T1, T2, T3, T4, T5, T6, T7> Copy(ValueTuple<T1, T2, T3, T4, T5, T6, T7> value, CopyContext? context) =>
        new(
                CopierOf<T1>.Instance.Copy(value.Item1, context),
                CopierOf<T2>.Instance.Copy(value.Item2, context),
                CopierOf<T3>.Instance.Copy(value.Item3, context),
                CopierOf<T4>.Instance.Copy(value.Item4, context),
                CopierOf<T5>.Instance.Copy(value.Item5, context),
                CopierOf<T6>.Instance.Copy(value.Item6, context),
                CopierOf<T7>.Instance.Copy(value.Item7, context));

    public override void Describe(GraphShape shape)
    {
        shape.Member<T1>();
        shape.Member<T2>();
        shape.Member<T3>();
        shape.Member<T4>();
        shape.Member<T5>();
        shape.Member<T6>();
        shape.Member<T7>();
    }
}

internal sealed class TupleCopier<T1, T2, T3, T4, T5, T6, T7> : Copier<Tuple<T1, T2, T3, T4, T5, T6, T7>>
{
    protected override bool DecideImmutable() =>
        Copiers.Find(typeof(T1)) is { IsImmutable: true }
            && Copiers.Find(typeof(T2)) is { IsImmutable: true }
            && Copiers.Find(typeof(T3)) is { IsImmutable: true }
            && Copiers.Find(typeof(T4)) is { IsImmutable: true }
            && Copiers.Find(typeof(T5)) is { IsImmutable: true }
            && Copiers.Find(typeof(T6)) is { IsImmutable: true }
            && Copiers.Find(typeof(T7)) is { IsImmutable: true };

    public override Tuple<T1, T2, T3, T4, T5, T6, T7> Copy(Tuple<T1, T2, T3, T4, T5, T6, T7> value, CopyContext? context)
    {
        if (value is null || IsImmutable) return value!;
        if (context is not null && context.TryGet(value, out Tuple<T1, T2, T3, T4, T5, T6, T7>? done)) return done;
        CopyContext.EnsureDepth();
        var copy = new Tuple<T1, T2, T3, T4, T5, T6, T7>(
                CopierOf<T1>.Instance.Copy(value.Item1, context),
                CopierOf<T2>.Instance.Copy(value.Item2, context),
                CopierOf<T3>.Instance.Copy(value.Item3, context),
                CopierOf<T4>.Instance.Copy(value.Item4, context),
                CopierOf<T5>.Instance.Copy(value.Item5, context),
                CopierOf<T6>.Instance.Copy(value.Item6, context),
                CopierOf<T7>.Instance.Copy(value.Item7, context));
        context?.Record(value, copy);
        return copy;
    }

    public override void Describe(GraphShape shape)
    {
        shape.Node(typeof(Tuple<T1, T2, T3, T4, T5, T6, T7>), exact: true);
        shape.Member<T1>();
        shape.Member<T2>();
        shape.Member<T3>();
        shape.Member<T4>();
        shape.Member<T5>();
        shape.Member<T6>();
        shape.Member<T7>();
    }
}

internal sealed class ValueTupleCopier<T1, T2, T3, T4, T5, T6, T7, TRest> : Copier<ValueTuple<T1, T2, T3, T4, T5, T6, T7, TRest>>
    where TRest : struct
{
    protected override bool DecideImmutable() =>
        Copiers.Find(typeof(T1)) is { IsImmutable: true }
            && Copiers.Find(typeof(T2)) is { IsImmutable: true }
            && Copiers.Find(typeof(T3)) is { IsImmutable: true }
            && Copiers.Find(typeof(T4)) is { IsImmutable: true }
            && Copiers.Find(typeof(T5)) is { IsImmutable: true }
            && Copiers.Find(typeof(T6)) is { IsImmutable: true }
            && Copiers.Find(typeof(T7)) is { IsImmutable: true }
            && Copiers.Find(typeof(TRest)) is { IsImmutable: true };

    public override ValueTuple<T1, T2, T3, T4, T5, T6, T7, TRest> Copy(ValueTuple<T1, T2, T3, T4, T5, T6, T7, TRest> value, CopyContext? context) =>
        new(
                CopierOf<T1>.Instance.Copy(value.Item1, context),
                CopierOf<T2>.Instance.Copy(value.Item2, context),
                CopierOf<T3>.Instance.Copy(value.Item3, context),
                CopierOf<T4>.Instance.Copy(value.Item4, context),
                CopierOf<T5>.Instance.Copy(value.Item5, context),
                CopierOf<T6>.Instance.Copy(value.Item6, context),
                CopierOf<T7>.Instance.Copy(value.Item7, context),
                CopierOf<TRest>.Instance.Copy(value.Rest, context));

    public override void Describe(GraphShape shape)
    {
        shape.Member<T1>();
        shape.Member<T2>();
        shape.Member<T3>();
        shape.Member<T4>();
        shape.Member<T5>();
        shape.Member<T6>();
        shape.Member<T7>();
        shape.Member<TRest>();
    }
}

internal sealed class TupleCopier<T1, T2, T3, T4, T5, T6, T7, TRest> : Copier<Tuple<T1, T2, T3, T4, T5, T6, T7, TRest>>
    where TRest : notnull
{
    protected override bool DecideImmutable() =>
        Copiers.Find(typeof(T1)) is { IsImmutable: true }
            && Copiers.Find(typeof(T2)) is { IsImmutable: true }
            && Copiers.Find(typeof(T3)) is { IsImmutable: true }
            && Copiers.Find(typeof(T4)) is { IsImmutable: true }
            && Copiers.Find(typeof(T5)) is { IsImmutable: true }
            && Copiers.Find(typeof(T6)) is { IsImmutable: true }
            && Copiers.Find(typeof(T7)) is { IsImmutable: true }
            && Copiers.Find(typeof(TRest)) is { IsImmutable: true };

    public override Tuple<T1, T2, T3, T4, T5, T6, T7, TRest> Copy(Tuple<T1, T2, T3, T4, T5, T6, T7, TRest> value, CopyContext? context)
    {
        if (value is null || IsImmutable) return value!;
        if (context is not null && context.TryGet(value, out Tuple<T1, T2, T3, T4, T5, T6, T7, TRest>? done)) return done;
        CopyContext.EnsureDepth();
        var copy = new Tuple<T1, T2, T3, T4, T5, T6, T7, TRest>(
                CopierOf<T1>.Instance.Copy(value.Item1, context),
                CopierOf<T2>.Instance.Copy(value.Item2, context),
                CopierOf<T3>.Instance.Copy(value.Item3, context),
                CopierOf<T4>.Instance.Copy(value.Item4, context),
                CopierOf<T5>.Instance.Copy(value.Item5, context),
                CopierOf<T6>.Instance.Copy(value.Item6, context),
                CopierOf<T7>.Instance.Copy(value.Item7, context),
                CopierOf<TRest>.Instance.Copy(value.Rest, context));
        context?.Record(value, copy);
        return copy;
    }

    public override void Describe(GraphShape shape)
    {
        shape.Node(typeof(Tuple<T1, T2, T3, T4, T5, T6, T7, TRest>), exact: true);
        shape.Member<T1>();
        shape.Member<T2>();
        shape.Member<T3>();
        shape.Member<T4>();
        shape.Member<T5>();
        shape.Member<T6>();
        shape.Member<T7>();
        shape.Member<TRest>();
    }
}
