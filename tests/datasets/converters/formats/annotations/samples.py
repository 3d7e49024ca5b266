"""Small files as the programs' documented forms have them, written by hand."""

import json

from carl_mm.datasets.converters.formats.annotations.foreign import (
    LabelledVideo,
    Segment,
)
from carl_mm.datasets.converters.formats.annotations.source import Source

ODD = ['a "b", <c> & d', "=cmd|' /C calc'!A0", 'é\u0301 水 \U0001f600', '-->', '!x']


def source(tmp_path, name, text, encoding='utf-8'):
    path = tmp_path / name
    data = text if isinstance(text, bytes) else text.encode(encoding)
    path.write_bytes(data)
    return Source(path)


def as_json(tmp_path, name, value):
    return source(tmp_path, name, json.dumps(value))


def spans(found):
    """What was found, without numbers and videos."""
    return [(r.track, r.phase, r.frames or r.times, r.confidence) for r in found.rows]


def left_out(found):
    return {what: number for what, number in found.left_out.items() if number}


def labelled(names=ODD, filename='sub/a b.mp4', **more):
    """A video of 10 frames a name at 25 frames a second, the second one unsure."""
    segments = []
    for index, name in enumerate(names):
        frames = (10 * index, 10 * index + 9)
        times = (round(0.4 * index, 3), round(0.4 * index + 0.4, 3))
        trust = 0.815 if index == 1 else None
        segments.append(Segment(name, frames, times, trust))
    count = 10 * len(names) + 5
    told = {'num_frames': count, 'length_s': count / 25, 'fps': 25.0, 'size': (64, 48)}
    return LabelledVideo(filename, segments, **{**told, **more})


def same(video, found, track, keeps=True, frames=False):
    """Whether a written video comes back."""
    expected = [
        (track, s.phase, s.frames if frames else s.times, s.confidence * keeps)
        if s.confidence
        else (track, s.phase, s.frames if frames else s.times, None)
        for s in video.segments
    ]
    if not keeps:
        expected = [(*row[:3], None) for row in expected]
    return spans(found) == expected


EAF = """<?xml version="1.0" encoding="UTF-8"?>
<ANNOTATION_DOCUMENT AUTHOR="me" DATE="2026-01-01T00:00:00+00:00" FORMAT="3.0"
  VERSION="3.0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xsi:noNamespaceSchemaLocation="http://www.mpi.nl/tools/elan/EAFv3.0.xsd">
 <HEADER MEDIA_FILE="" TIME_UNITS="milliseconds">
  <MEDIA_DESCRIPTOR MEDIA_URL="file:///C:/My%20videos/a%20b.mp4" MIME_TYPE="video/mp4"/>
  <MEDIA_DESCRIPTOR MEDIA_URL="file:///C:/a.wav" MIME_TYPE="audio/x-wav"/>
  <PROPERTY NAME="lastUsedAnnotationId">4</PROPERTY>
 </HEADER>
 <TIME_ORDER>
  <TIME_SLOT TIME_SLOT_ID="ts1" TIME_VALUE="0"/>
  <TIME_SLOT TIME_SLOT_ID="ts2" TIME_VALUE="400"/>
  <TIME_SLOT TIME_SLOT_ID="ts3" TIME_VALUE="1000"/>
  <TIME_SLOT TIME_SLOT_ID="ts4"/>
 </TIME_ORDER>
 <TIER LINGUISTIC_TYPE_REF="t" TIER_ID="hand" PARTICIPANT="Ann">
  <ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a1" TIME_SLOT_REF1="ts1"
    TIME_SLOT_REF2="ts2"><ANNOTATION_VALUE>reach &amp; take</ANNOTATION_VALUE>
  </ALIGNABLE_ANNOTATION></ANNOTATION>
  <ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a2" TIME_SLOT_REF1="ts2"
    TIME_SLOT_REF2="ts3"><ANNOTATION_VALUE>pour</ANNOTATION_VALUE>
  </ALIGNABLE_ANNOTATION></ANNOTATION>
  <ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a3" TIME_SLOT_REF1="ts3"
    TIME_SLOT_REF2="ts4"><ANNOTATION_VALUE>put</ANNOTATION_VALUE>
  </ALIGNABLE_ANNOTATION></ANNOTATION>
 </TIER>
 <TIER LINGUISTIC_TYPE_REF="n" TIER_ID="notes" PARENT_REF="hand">
  <ANNOTATION><REF_ANNOTATION ANNOTATION_ID="a4" ANNOTATION_REF="a1">
   <ANNOTATION_VALUE>fast</ANNOTATION_VALUE></REF_ANNOTATION></ANNOTATION>
 </TIER>
 <TIER LINGUISTIC_TYPE_REF="t" TIER_ID="empty"/>
</ANNOTATION_DOCUMENT>
"""

BORIS = {
    'time_format': 'hh:mm:ss',
    'project_format_version': '7.0',
    'subjects_conf': {'0': {'key': 'a', 'name': 'Ann', 'description': ''}},
    'behaviors_conf': {
        '0': {'type': 'State event', 'key': 'r', 'code': 'reach'},
        '1': {'type': 'Point event', 'key': 'p', 'code': 'blink'},
    },
    'observations': {
        'first': {
            'file': {'1': ['/home/me/a.mp4'], '2': ['/home/me/side.mp4']},
            'type': 'MEDIA',
            'time offset': 10.0,
            'events': [
                [10.4, 'Ann', 'reach', 'left|', '', 10],
                [10.5, 'Ann', 'blink', '', 'twice', 12],
                [11.0, 'Ann', 'reach', 'left|', '', 25],
                [11.0, 'Ann', 'reach', '', 'confidence 0.9', 25],
                [11.4, 'Ann', 'reach', '', '', 35],
            ],
            'independent_variables': {'action': 'cook'},
            'media_info': {
                'length': {'/home/me/a.mp4': 2.0},
                'fps': {'/home/me/a.mp4': 25.0},
            },
        },
        'live': {'file': {}, 'type': 'LIVE', 'events': []},
    },
}

AGGREGATED = (
    'Observation id\tSource\tTime offset (s)\tFPS (frame/s)\tWeather\tSubject\t'
    'Behavior\tModifier #1\tBehavior type\tStart (s)\tStop (s)\tDuration (s)\t'
    'Media file name\tComment start\tComment stop\n'
    'one\tplayer #1:/home/me/a.mp4\t10\t25.000\tsun\tAnn\treach\tleft\tSTATE\t'
    '10.400\t11.000\t0.600\t/home/me/a.mp4\tconfidence 0.9\tslow\n'
    'one\tplayer #1:/home/me/a.mp4\t10\t25.000\tsun\tNo focal subject\tblink\t\tPOINT\t'
    '10.500\t10.500\tNA\t/home/me/a.mp4\t\t\n'
)
TABULAR = (
    'Observation id,Time offset (s),FPS,Subject,Behavior,Behavior type,Time,'
    'Media file name,Comment\n'
    'one,0.0,25,Ann,reach,START,0.400,a.mp4,\n'
    'one,0.0,25,Ann,blink,POINT,0.500,a.mp4,\n'
    'one,0.0,25,Ann,reach,STOP,1.000,a.mp4,\n'
)


def ls_region(start, end, label, **more):
    value = {'ranges': [{'start': start, 'end': end}], 'timelinelabels': [label]}
    kind = {'type': 'timelinelabels', 'from_name': 'steps', 'to_name': 'video'}
    return {'id': 'x', **kind, 'value': value, **more}


LABEL_STUDIO = [
    {
        'id': 1,
        'data': {'video': '/data/upload/3/0a1b2c3d-a%20b.mp4'},
        'annotations': [
            {
                'id': 7,
                'was_cancelled': False,
                'result': [
                    ls_region(1, 10, 'reach'),
                    ls_region(11, 25, 'pour', score=0.5, meta={'text': ['hm']}),
                    {
                        'type': 'videorectangle',
                        'from_name': 'box',
                        'value': {'framesCount': 50, 'duration': 2.0, 'sequence': []},
                    },
                ],
            },
            {'id': 8, 'was_cancelled': True, 'result': [ls_region(1, 2, 'no')]},
        ],
        'predictions': [{'result': [ls_region(1, 50, 'all')]}],
    }
]

CVAT = """<?xml version="1.0" encoding="utf-8"?>
<annotations><version>1.1</version>
 <meta><task><id>1</id><name>my task</name><size>50</size><mode>interpolation</mode>
  <start_frame>0</start_frame><stop_frame>49</stop_frame><frame_filter></frame_filter>
  <original_size><width>64</width><height>48</height></original_size>
  <source>a b.mp4</source></task></meta>
 <track id="0" label="reach" source="manual">
  <box frame="3" outside="0" keyframe="1" xtl="1" ytl="2" xbr="3" ybr="4">
   <attribute name="hand">left</attribute></box>
  <box frame="4" outside="0" keyframe="0" xtl="1" ytl="2" xbr="3" ybr="4"/>
  <box frame="9" outside="1" keyframe="1" xtl="1" ytl="2" xbr="3" ybr="4"/>
  <box frame="40" outside="0" keyframe="1" xtl="1" ytl="2" xbr="3" ybr="4"/>
 </track>
 <tag frame="20" label="pour"/><tag frame="21" label="pour"/>
 <tag frame="30" label="pour"/>
</annotations>
"""

VIA = {
    'project': {'pname': 'p', 'data_format_version': '3.1.1', 'vid_list': ['1']},
    'config': {},
    'attribute': {
        '1': {
            'aname': 'step',
            'anchor_id': 'FILE1_Z2_XY0',
            'type': 4,
            'options': {'0': 'reach', '1': 'pour'},
        },
        '2': {'aname': 'kind', 'anchor_id': 'FILE1_Z0_XY0', 'type': 1, 'options': {}},
    },
    'file': {'7': {'fid': 7, 'fname': 'a b.mp4', 'type': 4, 'loc': 1, 'src': ''}},
    'view': {'1': {'fid_list': [7]}},
    'metadata': {
        '1_a': {'vid': '1', 'flg': 0, 'z': [0, 0.4], 'xy': [], 'av': {'1': '0'}},
        '1_b': {'vid': '1', 'flg': 0, 'z': [0.4, 1.0], 'xy': [], 'av': {'1': '1'}},
        '1_c': {'vid': '1', 'flg': 0, 'z': [0.5], 'xy': [], 'av': {'1': '1'}},
        '1_d': {'vid': '1', 'flg': 0, 'z': [0.5], 'xy': [2, 1, 1, 9, 9], 'av': {}},
        '1_e': {'vid': '1', 'flg': 0, 'z': [], 'xy': [], 'av': {'2': 'good'}},
    },
}

LONG_GRID = '''File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = 2.0
tiers? <exists>
size = 2
item []:
    item [1]:
        class = "IntervalTier"
        name = "steps"
        xmin = 0
        xmax = 2.0
        intervals: size = 3
        intervals [1]:
            xmin = 0
            xmax = 0.4
            text = "reach ""it"""
        intervals [2]:
            xmin = 0.4
            xmax = 1.0
            text = ""
        intervals [3]:
            xmin = 1.0
            xmax = 2.0
            text = "pour"
    item [2]:
        class = "TextTier"
        name = "beeps"
        xmin = 0
        xmax = 2.0
        points: size = 1
        points [1]:
            number = 0.5
            mark = "beep"
'''
SHORT_GRID = '''File type = "ooTextFile"
"TextGrid"
0
2.0
<exists>
2
"IntervalTier" "steps" 0 2.0 3
0 0.4 "reach ""it""" 0.4 1.0 "" ! nothing here: "no text"
1.0 2.0 "pour"
"TextTier" "beeps" 0 2.0 1 0.5 "beep"
'''

VTT = """WEBVTT - steps

STYLE
::cue { color: red }

NOTE a word

1
00:00.000 --> 00:00.400 align:start
reach &amp; <b>take</b>

00:00:00.400 --> 00:00:01.000
pour
slowly
"""
