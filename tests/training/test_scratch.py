import time
def test_time(tiny, tmp_path):
    for i in range(4):
        b=time.time(); r = tiny.run(tmp_path/str(i)); print("\nRUN", time.time()-b)
    import cProfile, pstats
    p = cProfile.Profile(); p.enable(); tiny.run(tmp_path/"z"); p.disable()
    pstats.Stats(p).sort_stats("cumtime").print_stats(45)
    print(r.results.keys(), r.said)
